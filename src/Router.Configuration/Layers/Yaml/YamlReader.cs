using System.Runtime.InteropServices;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Router.Configuration.Layers.Yaml;

/// <summary>
/// Reads one YAML file into a <see cref="Tree"/> with the event parser, which knows line and column of everything.
///
/// Of YAML we take mappings, lists and single values, and refuse with a sentence what makes files surprising or dangerous: anchors,
/// aliases and merge keys (a few lines that stand for billions), tags (types chosen by the file), several documents, keys that are
/// not plain words, a key written twice. All of it is read as text; what a value means is decided by the key that it belongs to,
/// so `no`, `08:00` and `1e3` hold no traps. Bounds: <see cref="FileBytes.Most"/> octets, <see cref="MostDepth"/> levels.
///
/// After a fault of syntax reading stops, as the rest would be guesswork; faults of content are collected and reading goes on.
///
/// Where the load before has read most of the file's rules already, only what is new is read: see <see cref="NewRules"/>.
/// </summary>
internal sealed class YamlReader
{
    public const int MostDepth = 32;

    /// <summary>A rough measure, to take the memory in one piece.</summary>
    private const int CharactersPerValue = 12;

    private const int MostShared = 4096;
    private const int MostSharedLetters = 16;

    private readonly string _file;
    private readonly ErrorList _errors;
    private readonly Parser _parser;
    private readonly Tree _tree;

    /// <summary>Children of the mappings and lists that are open, the innermost ones last.</summary>
    private readonly List<Tree.Entry> _open = [];

    /// <summary>One copy of each short word: ten thousand rules say `source` and `trusted` with two strings. What is kept while a
    /// file is read costs most of the collector's time.</summary>
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    /// <summary>Takes the place of the file's rules; null where the file is read as a whole.</summary>
    private readonly NewRules? _rules;

    /// <param name="file">What places are said to be in.</param>
    /// <param name="text">What is read.</param>
    /// <param name="expected">Characters of the whole file, of which the text may be a part.</param>
    /// <param name="errors">Gets what is wrong.</param>
    /// <param name="rules">Reads the file's rules in its own way, or null.</param>
    internal YamlReader(string file, string text, int expected, ErrorList errors, NewRules? rules = null)
    {
        _rules = rules;
        _file = file;
        _errors = errors;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _tree = new Tree(expected / CharactersPerValue);
    }

    /// <summary>Where the letters read last end.</summary>
    internal long LastLine { get; private set; }

    /// <summary>What places are said to be in.</summary>
    internal string File => _file;

    /// <summary>What has been read.</summary>
    internal Tree Tree => _tree;

    /// <summary>The file's mapping, or null if it could not be read; then at least one error was added. An empty file is empty.</summary>
    public static Node? Read(string file, string text, ErrorList errors, ReadBefore? before = null)
    {
        if (before is not null && NewRules.Read(file, text, before) is { } root) return root;
        try
        {
            return new YamlReader(file, text, text.Length, errors).Document();
        }
        catch (YamlException fault)
        {
            SyntaxFault.Tell(file, text, fault, errors);
            return null;
        }
    }

    internal Place At(Mark mark) => new(_file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>The whole document.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    internal Node? Document()
    {
        Next();
        if (Next() is StreamEnd) return _tree.Finish(new Tree.Entry(NodeKind.Mapping, "", default, new Place(_file, 1, 1)));
        ParsingEvent first = Next();
        _rules?.Demand(first is MappingStart { Style: MappingStyle.Block });
        if (!Value("", At(first.Start), first, depth: 1, out Tree.Entry root)) return null;
        if (root is { Kind: NodeKind.Scalar, Value: null }) root = new Tree.Entry(NodeKind.Mapping, "", default, At(first.Start));
        if (root.Kind != NodeKind.Mapping)
        {
            Refuse(first, "the file is not a mapping", "begin with keys such as `zones:` and `links:`");
            return null;
        }
        Next();
        if (Next() is StreamEnd) return _tree.Finish(root);
        Refuse(_parser.Current!, "a second document begins here", "keep one document in a file, without `---` in the middle");
        return null;
    }

    /// <summary>The value that an event begins. False if it is refused, which leaves nothing to go on with.</summary>
    internal bool Value(string key, Place keyPlace, ParsingEvent start, int depth, out Tree.Entry entry)
    {
        Place place = At(start.Start);
        entry = default;
        if (depth > MostDepth) return Refuse(start, $"nested deeper than {MostDepth} levels", "nothing in this file needs that; look for a stray bracket or indentation");
        if (Forbidden(start)) return false;
        switch (start)
        {
            case Scalar scalar:
                entry = new Tree.Entry(NodeKind.Scalar, key, keyPlace, place, Text(scalar));
                return true;
            case SequenceStart:
                entry = new Tree.Entry(NodeKind.List, key, keyPlace, place);
                return List(ref entry, depth);
            case MappingStart:
                entry = new Tree.Entry(NodeKind.Mapping, key, keyPlace, place);
                return Mapping(ref entry, depth);
            default:
                return Refuse(start, "a value was expected here", "see the reference of the configuration");
        }
    }

    private bool List(ref Tree.Entry list, int depth)
    {
        int begin = _open.Count;
        for (ParsingEvent next = Next(); next is not SequenceEnd; next = Next())
        {
            if (!Value("", At(next.Start), next, depth + 1, out Tree.Entry child)) return false;
            _open.Add(child);
        }
        Close(ref list, begin);
        return true;
    }

    private bool Mapping(ref Tree.Entry mapping, int depth)
    {
        int begin = _open.Count;
        Dictionary<string, int>? many = null;
        for (ParsingEvent next = Next(); next is not MappingEnd; next = Next())
        {
            if (Forbidden(next)) return false;
            if (next is not Scalar key) return Refuse(next, "a key must be a plain word", "write `key: value`");
            if (key.Value == "<<") return Refuse(next, "a merge key (`<<`) is not supported", "write the keys out");
            bool cut = _rules is not null && depth == 1 && key.Start.Line == _rules.Header;
            Tree.Entry child;
            if (!(cut ? _rules!.Take(this, key, out child) : Value(Shared(key.Value), At(key.Start), Next(), depth + 1, out child))) return false;
            if (child.Key.Length == 0 || child.Key.Contains(':'))
            {
                _errors.Error(child.KeyPlace, $"`{child.Key}` cannot be a key", "use letters, digits, `-` and `_`");
            }
            else if (Same(begin, child.Key, ref many) is >= 0 and int same)
            {
                _errors.Error(child.KeyPlace, $"`{child.Key}` is written twice, first at {_open[same].KeyPlace}", "keep one of the two (capital letters make no difference)");
            }
            else
            {
                many?.Add(child.Key, _open.Count);
                _open.Add(child);
            }
        }
        Close(ref mapping, begin);
        return true;
    }

    /// <summary>Where the open mapping has that key already, or -1. Few keys are compared one by one, many by hash.</summary>
    private int Same(int begin, string key, ref Dictionary<string, int>? many)
    {
        if (many is not null) return many.TryGetValue(key, out int found) ? found : -1;
        for (int i = begin; i < _open.Count; i++)
        {
            if (_open[i].Key.Equals(key, StringComparison.OrdinalIgnoreCase)) return i;
        }
        if (_open.Count - begin < Node.FewChildren) return -1;
        many = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (int i = begin; i < _open.Count; i++) many.Add(_open[i].Key, i);
        return -1;
    }

    /// <summary>How many children are open.</summary>
    internal int OpenCount => _open.Count;

    /// <summary>Adds a child of what is open.</summary>
    internal void Open(in Tree.Entry child) => _open.Add(child);

    /// <summary>Gives an owner the children that were opened since there were <paramref name="begin"/>.</summary>
    internal void Close(ref Tree.Entry owner, int begin)
    {
        owner = _tree.Close(owner, CollectionsMarshal.AsSpan(_open)[begin..]);
        _open.RemoveRange(begin, _open.Count - begin);
    }

    private bool Forbidden(ParsingEvent at)
    {
        if (at is AnchorAlias) return !Refuse(at, "an alias (`*name`) is not supported", "write the value out");
        if (at is not NodeEvent node || (node.Anchor.IsEmpty && node.Tag.IsEmpty)) return false;
        return node.Anchor.IsEmpty
            ? !Refuse(at, "a tag (`!name`) is not supported", "leave the tag out; keys know their types")
            : !Refuse(at, "an anchor (`&name`) is not supported", "write the value out where it is needed");
    }

    /// <summary>Tells a fault; false, as the reading ends here.</summary>
    private bool Refuse(ParsingEvent at, string message, string remedy)
    {
        _errors.Error(At(at.Start), message, remedy);
        return false;
    }

    /// <summary>
    /// The next event. On some rubbish the parser trips over itself (InvalidOperationException from its scanner, and the like): to
    /// us that is one more way of saying that the text is not YAML.
    /// </summary>
    internal ParsingEvent Next()
    {
        Mark at = _parser.Current?.End ?? Mark.Empty;
        try
        {
            if (_parser.MoveNext())
            {
                // The ends of block mappings and lists have no letters of their own: they lie where the next thing begins.
                Mark start = _parser.Current!.Start, end = _parser.Current.End;
                if (end.Index > start.Index) LastLine = end.Line;
                return _parser.Current;
            }
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            throw new SyntaxErrorException(at, at, "the text after this place makes no sense");
        }
        throw new SemanticErrorException(at, at, "the file ends too early");
    }

    /// <summary>An unquoted nothing, `~` or `null` is null; everything else is its text.</summary>
    private string? Text(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" ? null : Shared(scalar.Value);

    internal string Shared(string word)
    {
        if (word.Length > MostSharedLetters) return word;
        if (_words.TryGetValue(word, out string? shared)) return shared;
        if (_words.Count < MostShared) _words.Add(word, word);
        return word;
    }
}
