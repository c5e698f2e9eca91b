using System.Text;
using Router.Api;

namespace Router.Ctl.Top;

/// <summary>Which of the two lists is shown.</summary>
internal enum Pane
{
    Hosts, Flows,
}

/// <summary>What a key wants done beyond what is on the screen.</summary>
internal enum Wish
{
    None,

    /// <summary>Draw again.</summary>
    Draw,

    /// <summary>Draw everything anew, whatever the terminal shows.</summary>
    Redraw,

    /// <summary>Ask routerd now: what is wanted is not what it answered last.</summary>
    Ask,

    /// <summary>Move <see cref="TopState.Moving"/>.</summary>
    Move,

    Suspend,
    Quit,
}

/// <summary>
/// What the person at the keyboard has chosen, and what each key does to it; nothing here draws or asks.
///
///     list       keys choose, sort, switch, and begin what follows
///     filter     letters are typed until Enter (it holds) or ESC (the one before stays)
///     link       digits choose the link that a host is to be moved to; ESC goes back
///     sure       y moves it, f with its live flows; every other key goes back
///     help       any key goes back
/// </summary>
internal sealed class TopState
{
    private const int MostLetters = 200;

    private string _typed = "";
    private string _filter = "";

    public enum Asking
    {
        List, Filter, Link, Sure, Help,
    }

    public Asking Mode { get; private set; }

    public Pane Pane { get; private set; }

    /// <summary>One of <see cref="TopQuery.Orders"/>.</summary>
    public string Sort { get; set; } = "rate";

    public bool IsPaused { get; private set; }

    /// <summary>The line that is chosen, and the lines above those that are shown.</summary>
    public int Chosen { get; private set; }

    /// <summary>Rows that a page has, set by whoever draws.</summary>
    public int PageRows { get; set; } = 10;

    public FlowQuery Which { get; private set; } = new();

    /// <summary>What narrows the lists, as it was typed, and as it is being typed.</summary>
    public string Filter => Mode == Asking.Filter ? _typed : _filter;

    /// <summary>The last thing that there is to say, below the lists.</summary>
    public string Message { get; set; } = "";

    /// <summary>The host that is to be moved, and where to.</summary>
    public MoveQuery? Moving { get; private set; }

    /// <summary>What came last; null until something did.</summary>
    public TopReport? Report { get; private set; }

    public int Rows => Report is null ? 0 : Pane == Pane.Hosts ? Report.Hosts.Count : Report.Flows.Count;

    public IReadOnlyList<string> OtherLinks => [.. (Report?.Links ?? []).Select(link => link.Name).Where(link => link != ChosenHost?.Link).Take(9)];

    private BusyHostReport? ChosenHost => Pane == Pane.Hosts && Chosen < Rows ? Report!.Hosts[Chosen] : null;

    /// <summary>Takes up an answer; what was chosen stays chosen, wherever it stands now.</summary>
    public void Take(TopReport report)
    {
        string? host = ChosenHost?.Host;
        long? flow = Pane == Pane.Flows && Chosen < Rows ? Report!.Flows[Chosen].Flow.Id : null;
        Report = report;
        int at = -1;
        for (int i = 0; i < Rows && Chosen > 0; i++)
        {
            if (Pane == Pane.Hosts ? report.Hosts[i].Host == host : report.Flows[i].Flow.Id == flow) at = i;
        }
        Choose(at < 0 ? Chosen : at);
    }

    /// <summary>Narrows the lists.</summary>
    /// <param name="text">As <see cref="TopFilter"/> reads it.</param>
    /// <param name="links">Names of links.</param>
    /// <returns>What is wrong with it; null if it holds.</returns>
    public string? Narrow(string text, IEnumerable<string> links)
    {
        if (TopFilter.Read(text, links, out string? complaint) is not { } which) return complaint;
        (_filter, Which) = (text.Trim(), which);
        Chosen = 0;
        return null;
    }

    private string? Narrow(string text) => Narrow(text, (Report?.Links ?? []).Select(link => link.Name));

    /// <summary>What a key does.</summary>
    public Wish Press(Key key)
    {
        if (key.Name is Named.Quit) return Wish.Quit;
        if (key.Name is Named.Suspend) return Wish.Suspend;
        if (key.Name is Named.Redraw) return Wish.Redraw;
        return Mode switch
        {
            Asking.Filter => Type(key),
            Asking.Link => PickLink(key),
            Asking.Sure => Confirm(key),
            Asking.Help => Back(),
            _ => key.Name == Named.None ? Letter(key.Letter) : Go(key.Name),
        };
    }

    private Wish Go(Named key)
    {
        switch (key)
        {
            case Named.Up: return Choose(Chosen - 1);
            case Named.Down: return Choose(Chosen + 1);
            case Named.PageUp: return Choose(Chosen - PageRows);
            case Named.PageDown: return Choose(Chosen + PageRows);
            case Named.Home: return Choose(0);
            case Named.End: return Choose(Rows - 1);
            case Named.Tab: return Show(Pane == Pane.Hosts ? Pane.Flows : Pane.Hosts);
            case Named.Enter when ChosenHost is { } host:
                Narrow(host.Host);
                Show(Pane.Flows);
                return Wish.Ask;
            case Named.Escape when _filter.Length > 0:
                Narrow("");
                return Wish.Ask;
            default: return Wish.None;
        }
    }

    private Wish Letter(Rune letter) => letter.IsAscii ? Letter((char)letter.Value) : Wish.None;

    private Wish Letter(char letter)
    {
        switch (letter)
        {
            case 'q': return Wish.Quit;
            case 'j': return Choose(Chosen + 1);
            case 'k': return Choose(Chosen - 1);
            case '1': return Show(Pane.Hosts);
            case '2': return Show(Pane.Flows);
            case 's': return SortBy(TopQuery.Orders[(TopQuery.Orders.ToList().IndexOf(Sort) + 1) % TopQuery.Orders.Count]);
            case 'r': return SortBy("rate");
            case 'i': return SortBy("in");
            case 'o': return SortBy("out");
            case 't': return SortBy("octets");
            case 'n': return SortBy("flows");
            case '/':
                (Mode, _typed) = (Asking.Filter, _filter);
                return Wish.Draw;
            case '?' or 'h':
                Mode = Asking.Help;
                return Wish.Draw;
            case 'p' or ' ':
                IsPaused = !IsPaused;
                return IsPaused ? Wish.Draw : Wish.Ask;
            case 'm':
                if (ChosenHost is null || OtherLinks.Count == 0) Message = "choose a host to move, in the list of hosts";
                else Mode = Asking.Link;
                return Wish.Draw;
            default: return Wish.None;
        }
    }

    private Wish SortBy(string order)
    {
        (Sort, Chosen) = (order, 0);
        return Wish.Ask;
    }

    private Wish Show(Pane pane)
    {
        (Pane, Chosen) = (pane, 0);
        return Wish.Draw;
    }

    private Wish Choose(int row)
    {
        Chosen = Math.Clamp(row, 0, Math.Max(0, Rows - 1));
        return Wish.Draw;
    }

    private Wish Type(Key key)
    {
        switch (key.Name)
        {
            case Named.Escape:
                Mode = Asking.List;
                return Wish.Draw;
            case Named.Backspace:
                _typed = _typed.Length == 0 ? "" : _typed[..^1];
                return Wish.Draw;
            case Named.Enter:
                Mode = Asking.List;
                if (Narrow(_typed) is { } complaint)
                {
                    Message = complaint;
                    return Wish.Draw;
                }
                return Wish.Ask;
            case Named.None when _typed.Length < MostLetters:
                _typed += key.Letter;
                return Wish.Draw;
            default: return Wish.None;
        }
    }

    private Wish PickLink(Key key)
    {
        int number = key.Name == Named.None && key.Letter.IsAscii ? key.Letter.Value - '1' : -1;
        if (number < 0 || number >= OtherLinks.Count || ChosenHost is not { } host) return Back();
        (Moving, Mode) = (new MoveQuery { Host = host.Host, Link = OtherLinks[number] }, Asking.Sure);
        return Wish.Draw;
    }

    private Wish Confirm(Key key)
    {
        bool isFlows = key.Name == Named.None && key.Letter.Value is 'f' or 'F', isYes = key.Name == Named.None && key.Letter.Value is 'y' or 'Y';
        Back();
        if (!isFlows && !isYes) return Wish.Draw;
        Moving = Moving! with { Flows = isFlows };
        return Wish.Move;
    }

    private Wish Back()
    {
        Mode = Asking.List;
        return Wish.Draw;
    }
}
