using Router.Daemon.Health.Probes;
using Router.Wire;

namespace Router.Tests.Daemon.Health.Probes;

public class DnsQuestionTests
{
    private static readonly DnsQuestion Question = new("ok.example", DnsQuestion.A);

    private static readonly byte[] Asked =
    [
        0x12, 0x34,                                          // ID
        0x01, 0x00,                                          // RD
        0, 1, 0, 0, 0, 0, 0, 0,                              // QDCOUNT and the other counts
        2, (byte)'o', (byte)'k', 7, (byte)'e', (byte)'x', (byte)'a', (byte)'m', (byte)'p', (byte)'l', (byte)'e', 0, // QNAME
        0, 1, 0, 1,                                          // QTYPE A, QCLASS IN
    ];

    [Fact]
    public void Question_is_as_rfc_1035_lays_it_out()
    {
        byte[] octets = new byte[DnsQuestion.MostOctets];
        Array.Fill(octets, (byte)0xee);
        Assert.Equal(Asked, octets[..Question.Write(octets, 0x1234)]);
    }

    [Fact]
    public void Longest_name_fits_the_room_for_a_question()
    {
        string label = new('a', 63), name = string.Join('.', label, label, label, new string('b', 61));
        Assert.Equal(253, name.Length);
        Assert.Equal(DnsQuestion.MostOctets, new DnsQuestion(name, DnsQuestion.A).Write(new byte[DnsQuestion.MostOctets], 1));
    }

    [Fact]
    public void Addresses_behind_an_alias_are_read_with_the_least_time_that_holds()
    {
        byte[] answer = Answer(3,
        [
            0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 0, 0, 4, 1, (byte)'x', 0xc0, 15,   // CNAME, 256 s
            1, (byte)'x', 0xc0, 15, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7,  // A, 60 s
            0xc0, 40, 0, 1, 0, 1, 0, 0, 0, 90, 0, 4, 192, 0, 2, 8,            // A, 90 s
        ]);
        Assert.True(Question.TryReadAnswer(answer, out int rcode));
        Assert.Equal(DnsQuestion.NoError, rcode);
        Assert.Equal([Address.Parse("192.0.2.7"), Address.Parse("192.0.2.8")], Question.Addresses(answer, out uint ttl));
        Assert.Equal(60u, ttl);
    }

    [Fact]
    public void Letters_of_the_question_may_come_back_in_any_case()
    {
        byte[] answer = Answer(0, []);
        answer[13] = (byte)'O';
        Assert.True(Question.TryReadAnswer(answer, out _));
        answer[13] = (byte)'p';
        Assert.False(Question.TryReadAnswer(answer, out _));
    }

    [Fact]
    public void A_question_is_no_answer_and_another_type_answers_another_question()
    {
        Assert.False(Question.TryReadAnswer(Asked, out _));
        Assert.False(new DnsQuestion("ok.example", DnsQuestion.Aaaa).TryReadAnswer(Answer(0, []), out _));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void Damaged_and_cut_answers_end_the_reading_and_nothing_else(int seed)
    {
        var dice = new Random(seed);
        byte[] whole = Answer(2, [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 8]);
        for (int length = 0; length < whole.Length; length++)
        {
            if (Question.TryReadAnswer(whole.AsSpan(0, length), out _)) Assert.InRange(Question.Addresses(whole.AsSpan(0, length), out _).Count, 0, 1);
        }
        for (int i = 0; i < 20_000; i++)
        {
            byte[] broken = [.. whole];
            for (int n = dice.Next(1, 6); n > 0; n--) broken[dice.Next(broken.Length)] = (byte)dice.Next(256);
            if (Question.TryReadAnswer(broken, out _)) Assert.InRange(Question.Addresses(broken, out _).Count, 0, 2);
        }
    }

    [Fact]
    public void Servers_of_the_box_are_those_that_a_link_could_reach() => Assert.Equal(
        [Address.Parse("192.0.2.53"), Address.Parse("2001:db8::53")],
        NameLookup.Servers(["# nameserver 192.0.2.1", "nameserver 127.0.0.53", "search lan", "nameserver 192.0.2.53", "nameserver\t2001:db8::53", "nameserver 192.0.2.54"]));

    private static byte[] Answer(byte records, byte[] body)
    {
        byte[] answer = [.. Asked, .. body];
        (answer[2], answer[3], answer[7]) = (0x81, 0x80, records);
        return answer;
    }
}
