using System.Text;
using Router.Daemon.Systemd;
using Router.Tests.Tables;

namespace Router.Tests.Daemon.Systemd;

public sealed class JournalTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    private static readonly EventKind Plain = new("plain", "test", Id);
    private static readonly EventKind Storm = new("storm", "test", Id, Burst: 2, TimeSpan.FromSeconds(10));

    private readonly HandClock _clock = new();
    private readonly MemoryStream _stderr = new();

    public void Dispose() => _stderr.Dispose();

    [Fact]
    public void AnEntryReachesJournaldWithItsFields()
    {
        using var journald = new DatagramSocket();
        using var journal = new Journal(journald.EndPoint, _stderr, _clock);

        journal.Write(Plain, Priority.Warning, "link dsl is down: no carrier", ("LINK", "dsl"), ("STATE", "down"));

        Assert.Equal(
            [("MESSAGE", "link dsl is down: no carrier"), ("PRIORITY", "4"), ("SYSLOG_IDENTIFIER", "routerd"), ("MESSAGE_ID", Id), ("KIND", "test"), ("EVENT", "plain"), ("LINK", "dsl"), ("STATE", "down")],
            journald.ReceiveEntry());
        Assert.Empty(_stderr.ToArray());
    }

    [Fact]
    public void AValueWithANewlineCannotForgeAField()
    {
        using var journald = new DatagramSocket();
        using var journal = new Journal(journald.EndPoint, _stderr, _clock);

        journal.Write(Plain, Priority.Info, "two\nPRIORITY=0\nlines", ("HOST", "ü\nLINK=fake"));

        Assert.Equal(
            [("MESSAGE", "two\nPRIORITY=0\nlines"), ("PRIORITY", "6"), ("SYSLOG_IDENTIFIER", "routerd"), ("MESSAGE_ID", Id), ("KIND", "test"), ("EVENT", "plain"), ("HOST", "ü\nLINK=fake")],
            journald.ReceiveEntry());
    }

    [Theory]
    [InlineData("link")]
    [InlineData("_PID")]
    [InlineData("A=B")]
    [InlineData("A\nB")]
    [InlineData("")]
    public void AFieldThatJournaldWouldNotTakeIsABug(string name)
    {
        using var journald = new DatagramSocket();
        using var journal = new Journal(journald.EndPoint, _stderr, _clock);

        Assert.Throws<ArgumentException>(() => journal.Write(Plain, Priority.Info, "message", (name, "value")));
    }

    [Fact]
    public void AnEndlessMessageIsCutToFit()
    {
        using var journald = new DatagramSocket();
        using var journal = new Journal(journald.EndPoint, _stderr, _clock);

        journal.Write(Plain, Priority.Info, new string('x', 16 * 1024 - 1) + "😀" + new string('y', 1_000_000));

        Assert.Equal(("MESSAGE", new string('x', 16 * 1024 - 1)), journald.ReceiveEntry()[0]);
    }

    [Fact]
    public void WithoutJournaldThePriorityLeadsTheLine()
    {
        var gone = new System.Net.Sockets.UnixDomainSocketEndPoint("/nowhere/journal");
        using var journal = new Journal(gone, _stderr, _clock);

        journal.Write(Plain, Priority.Error, "no room\nleft\e[31m", ("LINK", "dsl"));

        Assert.Equal("<3>no room left [31m\n", Encoding.UTF8.GetString(_stderr.ToArray()));
    }

    [Fact]
    public void OnATerminalLinesAreForPeople()
    {
        using var journal = new Journal(null, _stderr, _clock);

        journal.Write(Plain, Priority.Notice, "link fiber is up", ("LINK", "fiber"));
        journal.Write(Plain, Priority.Warning, "half full");

        Assert.Equal(
            "2026-03-01 12:00:00.000Z link fiber is up\n2026-03-01 12:00:00.000Z warning: half full\n",
            Encoding.UTF8.GetString(_stderr.ToArray()));
    }

    [Fact]
    public void AStormIsCountedAndToldWhenItsWindowEnds()
    {
        using var journal = new Journal(null, _stderr, _clock);

        for (int i = 0; i < 7; i++) journal.Write(Storm, Priority.Warning, $"refused {i}");
        Assert.Equal(["warning: refused 0", "warning: refused 1"], Messages());
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(2, Messages().Length);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("warning: storm: 5 more suppressed", Messages()[2]);

        journal.Write(Storm, Priority.Warning, $"refused again");
        Assert.Equal("warning: refused again", Messages()[3]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(4, Messages().Length);
    }

    [Fact]
    public void AQuietWindowIsForgotten()
    {
        using var journal = new Journal(null, _stderr, _clock);

        for (int i = 0; i < 6; i++)
        {
            journal.Write(Storm, Priority.Warning, $"refused {i}");
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(6, Messages().Length);
    }

    [Fact]
    public void KindsDoNotSuppressEachOther()
    {
        using var journal = new Journal(null, _stderr, _clock);
        EventKind other = Storm with { Name = "other" };

        for (int i = 0; i < 4; i++)
        {
            journal.Write(Storm, Priority.Info, "storm");
            journal.Write(other, Priority.Info, "other");
        }

        Assert.Equal(["storm", "other", "storm", "other"], Messages());
    }

    [Fact]
    public void ASuppressedMessageIsNeverMade()
    {
        using var journal = new Journal(null, _stderr, _clock);
        int made = 0;
        string Make() => $"made {++made}";

        for (int i = 0; i < 1000; i++) journal.Write(Storm, Priority.Info, $"{Make()}");

        Assert.Equal(2, made);
    }

    [Fact]
    public void ASuppressedMessageAllocatesNothing()
    {
        using var journal = new Journal(null, _stderr, _clock);
        Assert.Equal(0, Seeded.Allocated(() =>
        {
            for (int i = 0; i < 1000; i++) journal.Write(Storm, Priority.Info, $"number {i}");
        }));
    }

    [Fact]
    public void WhatIsSuppressedAtTheEndIsTold()
    {
        using (var journal = new Journal(null, _stderr, _clock))
        {
            for (int i = 0; i < 3; i++) journal.Write(Storm, Priority.Info, "x");
        }
        Assert.Equal("storm: 1 more suppressed", Messages()[2]);
    }

    [Fact]
    public void AnEventOfAKindCarriesItsName()
    {
        using var journald = new DatagramSocket();
        using var journal = new Journal(journald.EndPoint, _stderr, _clock);

        for (int i = 0; i < 3; i++) journal.Write(Storm, Priority.Info, "x");
        journald.Receive();
        Assert.Contains(("EVENT", "storm"), journald.ReceiveEntry());
        _clock.Advance(TimeSpan.FromSeconds(10));

        (string, string)[] told = journald.ReceiveEntry();
        Assert.Contains(("SUPPRESSED", "1"), told);
        Assert.Contains(("EVENT", "storm"), told);
    }

    [Theory]
    [InlineData("8:12345", "socket:[12345]", true)]
    [InlineData("8:12345", "socket:[2345]", false)]
    [InlineData("8:12345", "/dev/pts/0", false)]
    [InlineData("8:12345", null, false)]
    [InlineData(null, "socket:[12345]", false)]
    [InlineData("8:", "socket:[]", false)]
    public void JournalStreamMustBeOurStderr(string? stream, string? target, bool expected) =>
        Assert.Equal(expected, Journal.IsStream(stream, target));

    /// <summary>The lines so far, without their times.</summary>
    private string[] Messages() =>
        [.. Encoding.UTF8.GetString(_stderr.ToArray()).Split('\n')[..^1].Select(line => line["2026-03-01 12:00:00.000Z ".Length..])];

    /// <summary>Reads journald's native form, by its description and not by our writer.</summary>
}
