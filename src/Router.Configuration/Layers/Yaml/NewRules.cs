using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Router.Configuration.Layers.Yaml;

/// <summary>
/// Reads a file of which only some rules are new. The others were read by the load before (<see cref="ReadBefore"/>): their lines are
/// emptied, so that all that stays keeps its number, what is left is read, and the known rules are grafted in between.
///
/// Which lines are a rule is told by indentation, which does not settle it (<see cref="RuleItems"/>). So each new rule must begin and
/// end within the lines that it was given, and the list must be what it looks like. This is for sound files only: at the first sign
/// of anything else there is no answer, and the file is read as a whole, which tells what is wrong.
/// </summary>
internal sealed class NewRules
{
    private readonly RuleItems _items;
    private readonly ReadBefore.Piece?[] _known;
    private readonly ReadBefore.Piece[] _pieces;
    private bool _fits = true;

    private NewRules(RuleItems items, ReadBefore.Piece?[] known) =>
        (_items, _known, _pieces) = (items, known, new ReadBefore.Piece[known.Length]);

    /// <summary>The line of `rules:`.</summary>
    public int Header => _items.Header;

    /// <summary>The file's mapping; null if the file is not sound, or the lines misled us.</summary>
    public static Node? Read(string file, string text, ReadBefore before)
    {
        if (RuleItems.Find(text) is not { } items) return null;
        var known = new ReadBefore.Piece?[items.Count];
        for (int i = 0; i < known.Length; i++) known[i] = before.Find(text.AsSpan()[items[i].Text]);
        var errors = new ErrorList();
        var rules = new NewRules(items, known);
        var reader = new YamlReader(file, items.Without(text, i => known[i] is not null), text.Length, errors, rules);
        try
        {
            if (reader.Document() is not { } root || errors.Any || !rules._fits) return null;
            for (int i = 0; i < known.Length; i++) before.Keep(text.AsSpan()[items[i].Text], rules._pieces[i]);
            return root;
        }
        catch (YamlException)
        {
            return null;
        }
    }

    /// <summary>Without this there is no answer.</summary>
    public void Demand(bool fits) => _fits &= fits;

    /// <summary>The rules, new ones read and known ones taken, in their order.</summary>
    /// <param name="reader">Stands behind the key.</param>
    /// <param name="key">`rules`.</param>
    /// <param name="list">What becomes of it.</param>
    /// <returns>False if there is nothing to go on with.</returns>
    public bool Take(YamlReader reader, Scalar key, out Tree.Entry list)
    {
        Place at = reader.At(key.Start);
        list = new Tree.Entry(NodeKind.List, reader.Shared(key.Value), at, at with { Line = _items[0].Line, Column = _items.Indent + 1 });
        bool any = Array.Exists(_known, piece => piece is null);
        Demand(any ? reader.Next() is SequenceStart { Style: SequenceStyle.Block } : reader.Next() is Scalar { Style: ScalarStyle.Plain, Value: "" });
        int begin = reader.OpenCount;
        for (int i = 0; i < _items.Count && _fits; i++)
        {
            int below = reader.Tree.Count;
            if (!Take(reader, i, out Tree.Entry rule)) return false;
            _pieces[i] = new ReadBefore.Piece(reader.Tree, below, reader.Tree.Count, Item: 0, _items[i].Line);
            reader.Open(rule);
        }
        Demand(!any || reader.Next() is SequenceEnd);
        if (!_fits) return false;
        for (int i = 0; i < _pieces.Length; i++) _pieces[i] = _pieces[i] with { Item = reader.Tree.Count + i };
        reader.Close(ref list, begin);
        return true;
    }

    private bool Take(YamlReader reader, int index, out Tree.Entry rule)
    {
        RuleItems.Span lines = _items[index];
        if (_known[index] is { } piece)
        {
            rule = reader.Tree.Graft(piece, reader.File, lines.Line);
            return true;
        }
        ParsingEvent start = reader.Next();
        Demand(start.Start.Line >= lines.Line && start.Start.Line < lines.NextLine);
        if (!reader.Value("", reader.At(start.Start), start, depth: 3, out rule)) return false;
        Demand(reader.LastLine < lines.NextLine);
        return true;
    }
}
