using System.Buffers.Binary;
using System.Diagnostics;
using Router.Configuration;
using Router.Daemon.Health;
using Router.Forwarding.Links;
using Router.Wire;

namespace Router.Tests.Daemon.Health;

/// <summary>Real sockets over a real cable. Needs root; skipped without. What must answer in time has the machine for itself.</summary>
[Collection(nameof(Alone))]
public sealed class LinkWatchTests : IDisposable
{
    private readonly ProbeLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData("gateway"), InlineData("192.0.2.2"), InlineData("2001:db8::2")]
    public void Answering_target_keeps_the_link_up(string host)
    {
        ProbeTarget target = host == "gateway" ? ProbeTarget.Gateway : new ProbeTarget(ProbeKind.Icmp, host, 0);
        _lab.Begin(ProbeLab.Patient with { Targets = [target] });
        _lab.Wait(() => _lab.Report.Rounds >= 20, "20 rounds");
        Assert.Equal(LinkHealth.Up, _lab.Report.Verdict.Health);
        Assert.Equal(0, _lab.Report.Loss);
        Assert.InRange(_lab.Report.Latency, 0.000_001, 0.5);
        Assert.Equal(["Up: carrier and address are there"], _lab.Changes);
    }

    [Fact]
    public void Nothing_is_probed_and_nothing_lost_before_the_path_carries_it()
    {
        HealthSettings settings = ProbeLab.Patient;
        int asked = 0;
        _lab.Answer(request =>
        {
            Interlocked.Increment(ref asked);
            return [(request, "192.0.2.2", 0)];
        });
        _lab.Begin(settings, ProbeLab.Facts with { Carries = false });
        _lab.Wait(() => _lab.Report.Verdict.Health == LinkHealth.Up, "up by carrier and address");
        Assert.Equal((0, 0), (_lab.Report.Rounds, Volatile.Read(ref asked)));
        _lab.Begin(settings);
        _lab.Wait(() => Volatile.Read(ref asked) >= 3, "probes");
    }

    [Fact]
    public void A_path_that_never_carries_is_found_out_all_the_same()
    {
        _lab.Begin(ProbeLab.Settings(), ProbeLab.Facts with { Carries = false });
        _lab.Mute();
        long started = Stopwatch.GetTimestamp();
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 800, 3000);
    }

    [Fact]
    public void Silent_target_takes_it_down_in_time_and_answers_bring_it_back()
    {
        _lab.Begin(ProbeLab.Settings());
        _lab.Wait(() => _lab.Report.Rounds >= 3, "3 rounds");
        long started = Stopwatch.GetTimestamp();
        _lab.Mute();
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
        // 3 x 40 + 100 ms, and what a busy machine needs to start the program that mutes
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 100, 1000);
        Assert.Equal("Down: gateway 192.0.2.2 does not answer: 3 rounds failed", _lab.Changes[^1]);
        _lab.Mute(false);
        _lab.Wait(() => _lab.Report.Verdict.Usable, "up");
        Assert.Equal("Up: gateway 192.0.2.2 answers, and no other link is usable", _lab.Changes[^1]);
    }

    [Fact]
    public void Fallen_link_is_held_while_another_serves()
    {
        var other = new Router.Forwarding.PortId(6);
        _lab.Begin(ProbeLab.Settings());
        _lab.Watch.Reconfigure([(ProbeLab.Link, "dsl", ProbeLab.Settings()), (other, "lte", ProbeLab.Settings())]);
        _lab.Watch.Update(other, ProbeLab.Facts with { Gateway4 = default });
        _lab.Wait(() => _lab.Report.Rounds >= 3 && _lab.Watch.Reports()[1].Verdict.Usable, "both up");
        Assert.Equal("link lte has no target that it could probe: it is judged by carrier and address only", Assert.Single(_lab.Remarks));
        _lab.Mute();
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
        _lab.Mute(false);
        _lab.Wait(() => _lab.Report.HoldEnds > 0, "held");
        Assert.False(_lab.Report.Verdict.Usable);
        _lab.Watch.Update(other, default);
        _lab.Wait(() => _lab.Report.Verdict.Usable, "released when the other is gone");
    }

    [Fact]
    public void Slow_target_is_measured_and_one_slower_than_the_timeout_does_not_answer()
    {
        int delay = 50;
        _lab.Answer(request => [(Reply(request), "192.0.2.2", Volatile.Read(ref delay))]);
        _lab.Begin(ProbeLab.Patient);
        _lab.Wait(() => _lab.Report.Rounds >= 20, "20 rounds");
        Assert.True(_lab.Report.Verdict.Usable);
        Assert.InRange(_lab.Report.Latency, 0.049, 0.9);
        Volatile.Write(ref delay, 1200);
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
    }

    [Theory]
    [InlineData("right", true)]
    [InlineData("token", false)]
    [InlineData("sequence", false)]
    [InlineData("identifier", false)]
    [InlineData("source", false)]
    [InlineData("checksum", false)]
    [InlineData("replay", false)]
    public void Only_the_right_answer_counts(string flaw, bool counts)
    {
        byte[]? first = null;
        _lab.Answer(request =>
        {
            byte[] reply = Reply(request);
            first ??= reply;
            if (flaw == "token") reply[15] ^= 1;
            if (flaw == "sequence") BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(6), (ushort)(request[7] + 1));
            if (flaw == "identifier") reply[4] ^= 0x40;
            Mend(reply);
            if (flaw == "checksum") reply[2] ^= 1;
            return [(flaw == "replay" ? first : reply, flaw == "source" ? "192.0.2.3" : "192.0.2.2", 0)];
        });
        _lab.Begin(counts ? ProbeLab.Patient : ProbeLab.Settings());
        _lab.Wait(() => counts ? _lab.Report.Rounds > 20 : !_lab.Report.Verdict.Usable, "a verdict");
        Assert.Equal(counts, _lab.Report.Verdict.Usable);
        if (flaw == "replay") Assert.InRange(_lab.Report.Loss, 0.5, 0.99);
        else Assert.Equal(counts ? 0 : 1, _lab.Report.Loss);
    }

    [Fact]
    public void Refused_connection_is_an_answer_and_a_swallowed_one_is_not()
    {
        ProbeTarget[] targets = [new(ProbeKind.Tcp, "192.0.2.2", 81), new(ProbeKind.Tcp, "2001:db8::2", 82)];
        _lab.Begin(ProbeLab.Patient with { Targets = targets, Quorum = 2 });
        _lab.Wait(() => _lab.Report.Rounds >= 10, "10 rounds");
        Assert.Equal(0, _lab.Report.Loss);
        _lab.Block(81);
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
        Assert.Equal("Down: 1 of 2 targets answer, 2 needed: 3 rounds failed", _lab.Changes[^1]);
    }

    [Theory]
    [InlineData("192.0.2.2", 0), InlineData("192.0.2.2", 3), InlineData("2001:db8::2", 0)]
    public void Name_server_that_answers_keeps_the_link_up(string server, int rcode)
    {
        _lab.AnswerDns(() => rcode, server, server);
        _lab.Begin(ProbeLab.Patient with { Targets = [Dns(server)] });
        _lab.Wait(() => _lab.Report.Rounds >= 20, "20 rounds");
        Assert.Equal((LinkHealth.Up, 0.0), (_lab.Report.Verdict.Health, _lab.Report.Loss));
    }

    [Theory]
    [InlineData("silence", "dns:192.0.2.2/ok.example does not answer: 3 rounds failed")]
    [InlineData("failure", "dns:192.0.2.2/ok.example answers SERVFAIL: 3 rounds failed")]
    [InlineData("id", "dns:192.0.2.2/ok.example does not answer: 3 rounds failed")]
    [InlineData("question", "dns:192.0.2.2/ok.example does not answer: 3 rounds failed")]
    [InlineData("source", "dns:192.0.2.2/ok.example does not answer: 3 rounds failed")]
    public void Only_the_right_answer_of_a_name_server_counts(string flaw, string cause)
    {
        _lab.AnswerDns(() => flaw switch { "silence" => -1, "failure" => 2, _ => 0 }, from: flaw == "source" ? "192.0.2.3" : "192.0.2.2", spoil: answer =>
        {
            if (flaw == "id") answer[0] ^= 1;
            if (flaw == "question") answer[14] ^= 2;
        });
        _lab.Begin(ProbeLab.Settings(Dns("192.0.2.2")));
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
        Assert.Equal($"Down: {cause}", _lab.Changes[^1]);
        Assert.Equal(1, _lab.Report.Loss);
    }

    [Fact]
    public void Name_that_nobody_resolves_does_not_answer()
    {
        _lab.Begin(ProbeLab.Settings(new ProbeTarget(ProbeKind.Icmp, "ok.example", 0)) with { Resolvers = [Address.Parse("192.0.2.2")] });
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
        Assert.Equal("Down: icmp:ok.example has a name that nobody resolves over the link: 3 rounds failed", _lab.Changes[^1]);
        Assert.Contains(Address.Parse("192.0.2.2"), _lab.Watch.Asked());
    }

    [Fact]
    public void Disabled_link_is_neither_used_nor_probed()
    {
        _lab.Begin(ProbeLab.Settings(), ProbeLab.Facts with { Disabled = true });
        Assert.Equal((LinkHealth.Disabled, false), (_lab.Report.Verdict.Health, _lab.Report.Verdict.Usable));
        _lab.Begin(ProbeLab.Settings());
        _lab.Wait(() => _lab.Report.Rounds >= 3, "3 rounds");
        Assert.Equal(["Disabled: the configuration says so", "Up: carrier and address are there"], _lab.Changes);
    }

    [Fact]
    public void Lost_carrier_counts_at_once_and_opens_no_probe()
    {
        _lab.Begin(ProbeLab.Settings());
        _lab.Wait(() => _lab.Report.Rounds >= 3, "3 rounds");
        _lab.Watch.Update(ProbeLab.Link, ProbeLab.Facts with { Carrier = false });
        Assert.Equal((LinkHealth.Down, "no carrier"), (_lab.Report.Verdict.Health, _lab.Report.Verdict.Cause));
        int rounds = _lab.Report.Rounds;
        _lab.Wait(() => _lab.Changes.Length == 2, "told");
        Assert.Equal("Down: no carrier", _lab.Changes[1]);
        Assert.Equal(rounds, _lab.Report.Rounds);
    }

    [Fact]
    public void New_address_means_new_sockets_and_no_change_of_health()
    {
        _lab.Begin(ProbeLab.Settings());
        _lab.Wait(() => _lab.Report.Rounds >= 10, "10 rounds");
        _lab.Watch.Update(ProbeLab.Link, ProbeLab.Facts with { Source4 = Address.Parse("192.0.2.99") });
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down, as that address is not on the interface");
        _lab.Watch.Update(ProbeLab.Link, ProbeLab.Facts);
        _lab.Wait(() => _lab.Report.Verdict.Usable, "up by its true address");
    }

    [Fact]
    public void Reload_keeps_history_and_drops_links_that_are_gone()
    {
        _lab.Begin(ProbeLab.Settings());
        _lab.Wait(() => _lab.Report.Rounds >= 10, "10 rounds");
        _lab.Watch.Reconfigure([(ProbeLab.Link, "renamed", ProbeLab.Settings() with { DownAfter = 4 })]);
        Assert.Equal("renamed", _lab.Report.Name);
        Assert.True(_lab.Report.Rounds >= 10);
        _lab.Watch.Reconfigure([]);
        Assert.Empty(_lab.Watch.Reports());
    }

    [Fact]
    public void Pulled_cable_is_found_by_probes_too()
    {
        _lab.Begin(ProbeLab.Settings());
        _lab.Wait(() => _lab.Report.Rounds >= 3, "3 rounds");
        _lab.Unplug();
        _lab.Wait(() => !_lab.Report.Verdict.Usable, "down");
    }

    private static ProbeTarget Dns(string server) => new(ProbeKind.Dns, server, 53) { Question = "ok.example" };

    private static byte[] Reply(byte[] request)
    {
        byte[] reply = [.. request];
        reply[0] = 0;
        Mend(reply);
        return reply;
    }

    private static void Mend(byte[] reply)
    {
        (reply[2], reply[3]) = (0, 0);
        int sum = 0;
        for (int i = 0; i < reply.Length; i += 2) sum += reply[i] << 8 | reply[i + 1];
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(2), (ushort)~sum);
    }
}
