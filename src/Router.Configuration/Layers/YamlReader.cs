using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Router.Configuration.Layers;

/// <summary>
/// Reads one YAML file into a tree of <see cref="Node"/>s with the event parser, which knows line and column of everything.
///
/// Of YAML we take mappings, lists and single values, and refuse with a sentence what makes files surprising or dangerous: anchors,
/// aliases and merge keys (a few lines that stand for billions), tags (types chosen by the file), several documents, keys that are
/// not plain words, a key written twice. All of it is read as text; what a value means is decided by the key that it belongs to,
/// so `no`, `08:00` and `1e3` hold no traps. Bounds: <see cref="FileBytes.Most"/> octets, <see cref="MostDepth"/> levels.
///
/// After a fault of syntax reading stops, as the rest would be guesswork; faults of content are collected and reading goes on.
/// </summary>
internal sealed class YamlReader
{
    public const int MostDepth = 32;

    private readonly string _file;
    private readonly ErrorList _errors;
    private readonly Parser _parser;

    /// <summary>One copy of each key: ten thousand rules say `source` with one string.</summary>
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    private YamlReader(string file, string text, ErrorList errors)
    {
        _file = file;
        _errors = errors;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The file's mapping, or null if it could not be read; then at least one error was added. An empty file is empty.</summary>
    public static Node? Read(string file, string text, ErrorList errors)
    {
        try
        {
            return new YamlReader(file, text, errors).Document();
        }
        catch (YamlException fault)
        {
            SyntaxFault.Tell(file, text, fault, errors);
            return null;
        }
    }

    private static Place At(string file, Mark mark) => new(file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private Node? Document()
    {
        Next();
        if (Next() is StreamEnd) return new Node(NodeKind.Mapping, "", default, new Place(_file, 1, 1));
        ParsingEvent first = Next();
        Node? root = Value("", At(_file, first.Start), first, depth: 1);
        if (root is { Kind: NodeKind.Scalar, Value: null }) root = new Node(NodeKind.Mapping, "", default, root.Place);
        if (root is not null && root.Kind != NodeKind.Mapping) root = Refuse(first, "the file is not a mapping", "begin with keys such as `zones:` and `links:`");
        if (root is null) return null;
        Next();
        return Next() is StreamEnd ? root : Refuse(_parser.Current!, "a second document begins here", "keep one document in a file, without `---` in the middle");
    }

    /// <summary>The node that an event begins. Null if it is refused in a way that leaves nothing to go on with.</summary>
    private Node? Value(string key, Place keyPlace, ParsingEvent start, int depth)
    {
        Place place = At(_file, start.Start);
        if (depth > MostDepth) return Refuse(start, $"nested deeper than {MostDepth} levels", "nothing in this file needs that; look for a stray bracket or indentation");
        if (Forbidden(start)) return null;
        return start switch
        {
            Scalar scalar => new Node(NodeKind.Scalar, key, keyPlace, place, Text(scalar)),
            SequenceStart => List(new Node(NodeKind.List, key, keyPlace, place), depth),
            MappingStart => Mapping(new Node(NodeKind.Mapping, key, keyPlace, place), depth),
            _ => Refuse(start, "a value was expected here", "see the reference of the configuration"),
        };
    }

    private Node? List(Node list, int depth)
    {
        while (true)
        {
            ParsingEvent next = Next();
            if (next is SequenceEnd) return list;
            Place place = At(_file, next.Start);
            if (Value("", place, next, depth + 1) is not { } child) return null;
            list.AddOrFind(child);
        }
    }

    private Node? Mapping(Node mapping, int depth)
    {
        while (true)
        {
            ParsingEvent next = Next();
            if (next is MappingEnd) return mapping;
            if (next is not Scalar key) return Forbidden(next) ? null : Refuse(next, "a key must be a plain word", "write `key: value`");
            if (Forbidden(key)) return null;
            if (key.Value == "<<") return Refuse(next, "a merge key (`<<`) is not supported", "write the keys out");
            if (!_keys.TryGetValue(key.Value, out string? name)) _keys.Add(key.Value, name = key.Value);
            if (Value(name, At(_file, key.Start), Next(), depth + 1) is not { } child) return null;
            if (key.Value.Length == 0 || key.Value.Contains(':'))
            {
                _errors.Error(child.KeyPlace, $"`{key.Value}` cannot be a key", "use letters, digits, `-` and `_`");
            }
            else if (mapping.AddOrFind(child) is { } same)
            {
                _errors.Error(child.KeyPlace, $"`{key.Value}` is written twice, first at {same.KeyPlace}", "keep one of the two (capital letters make no difference)");
            }
        }
    }

    private bool Forbidden(ParsingEvent at)
    {
        if (at is AnchorAlias)
        {
            Refuse(at, "an alias (`*name`) is not supported", "write the value out");
            return true;
        }
        if (at is not NodeEvent node || (node.Anchor.IsEmpty && node.Tag.IsEmpty)) return false;
        if (node.Anchor.IsEmpty) Refuse(at, "a tag (`!name`) is not supported", "leave the tag out; keys know their types");
        else Refuse(at, "an anchor (`&name`) is not supported", "write the value out where it is needed");
        return true;
    }

    private Node? Refuse(ParsingEvent at, string message, string remedy)
    {
        _errors.Error(At(_file, at.Start), message, remedy);
        return null;
    }

    /// <summary>
    /// The next event. On some rubbish the parser trips over itself (InvalidOperationException from its scanner, and the like): to
    /// us that is one more way of saying that the text is not YAML.
    /// </summary>
    private ParsingEvent Next()
    {
        Mark at = _parser.Current?.End ?? Mark.Empty;
        try
        {
            if (_parser.MoveNext()) return _parser.Current!;
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            throw new SyntaxErrorException(at, at, "the text after this place makes no sense");
        }
        throw new SemanticErrorException(at, at, "the file ends too early");
    }

    /// <summary>An unquoted nothing, `~` or `null` is null; everything else is its text.</summary>
    private static string? Text(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" ? null : scalar.Value;
}
