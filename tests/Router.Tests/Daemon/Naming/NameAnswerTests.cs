using Router.Daemon.Naming;
using Router.Tests.Wire;
using Router.Wire;
using static Router.Tests.Daemon.Naming.Answers;

namespace Router.Tests.Daemon.Naming;

/// <summary>What servers say, well and badly.</summary>
public class NameAnswerTests
{
    [Fact]
    public void A_question_is_written_as_RFC_1035_and_6891_have_it()
    {
        byte[] expected =
        [
            0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1,
            3, (byte)'w', (byte)'w', (byte)'w', 2, (byte)'a', (byte)'b', 0, 0, 28, 0, 1,
            0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0,
        ];
        Assert.Equal(expected, NameQuestion.Of(0x1234, "www.ab.", NameQuestion.TypeAaaa, extended: true).Message);
        expected[11] = 0;
        Assert.Equal(expected[..24], NameQuestion.Of(0x1234, "www.ab", NameQuestion.TypeAaaa, extended: false).Message);
    }

    [Fact]
    public void Addresses_are_sorted_and_hold_as_long_as_the_shortest()
    {
        NameQuestion question = Question();
        NameAnswer answer = NameAnswer.Read(To(question, Record(Asked, 1, 300, 192, 0, 2, 9), Record(Asked, 1, 60, 192, 0, 2, 7), Record(Asked, 1, 300, 192, 0, 2, 9)), question);
        Assert.Equal(NameVerdict.Answered, answer.Verdict);
        Assert.Equal([Address.Parse("192.0.2.7"), Address.Parse("192.0.2.9")], answer.Addresses);
        Assert.Equal(60u, answer.Seconds);
    }

    [Fact]
    public void Both_families_are_read()
    {
        NameQuestion question = Question(NameQuestion.TypeAaaa);
        byte[] octets = new byte[16];
        Address.Parse("2001:db8::9").WriteV6(octets);
        NameAnswer answer = NameAnswer.Read(To(question, Record(Asked, 28, 5, octets), Record(Asked, 1, 1, 192, 0, 2, 7)), question);
        Assert.Equal([Address.Parse("2001:db8::9")], answer.Addresses);
        Assert.Equal(5u, answer.Seconds);
    }

    [Fact]
    public void A_chain_of_aliases_is_followed_in_any_order_and_letters()
    {
        NameQuestion question = Question();
        NameAnswer answer = NameAnswer.Read(To(question,
            Record(Name("END.example.org"), 1, 900, 192, 0, 2, 1),
            Alias(Name("middle.example.org"), 30, Name("end.example.org")),
            Alias(Asked, 600, Name("Middle.example.org"))), question);
        Assert.Equal([Address.Parse("192.0.2.1")], answer.Addresses);
        Assert.Equal(30u, answer.Seconds);
    }

    [Fact]
    public void An_address_that_no_chain_leads_to_is_nobodys()
    {
        NameQuestion question = Question();
        NameAnswer answer = NameAnswer.Read(To(question, Record(Name("bank.example.com"), 1, 900, 192, 0, 2, 66)), question);
        Assert.Equal(NameVerdict.Answered, answer.Verdict);
        Assert.Empty(answer.Addresses);
    }

    [Fact]
    public void Aliases_in_a_circle_end_and_lead_nowhere()
    {
        NameQuestion question = Question();
        NameAnswer answer = NameAnswer.Read(To(question, Alias(Asked, 9, Name("a.b")), Alias(Name("a.b"), 9, Asked)), question);
        Assert.Equal(NameVerdict.Answered, answer.Verdict);
        Assert.Empty(answer.Addresses);
    }

    [Fact]
    public void No_such_name_is_an_answer_and_other_codes_are_none()
    {
        NameQuestion question = Question();
        byte[] message = To(question);
        var read = new Dictionary<int, NameVerdict>();
        for (int code = 0; code < 7; code++)
        {
            message[3] = (byte)(0x80 | code);
            read[code] = NameAnswer.Read(message, question).Verdict;
        }
        Assert.Equal(
            [NameVerdict.Answered, NameVerdict.TooModern, NameVerdict.Failed, NameVerdict.Answered, NameVerdict.TooModern, NameVerdict.Failed, NameVerdict.Failed],
            read.OrderBy(one => one.Key).Select(one => one.Value));
    }

    [Fact]
    public void What_was_cut_is_asked_for_in_full()
    {
        NameQuestion question = Question();
        byte[] message = To(question);
        message[2] |= 0x02;
        Assert.Equal(NameVerdict.Truncated, NameAnswer.Read(message, question).Verdict);
    }

    [Fact]
    public void What_answers_another_question_is_not_ours()
    {
        NameQuestion question = Question();
        byte[] sound = To(question, Record(Asked, 1, 60, 192, 0, 2, 9));
        Assert.Single(NameAnswer.Read(sound, question).Addresses);
        // Id, the bit that says answer, the count of questions, a letter of the name, the type, the class.
        foreach ((int at, byte bit) in (ReadOnlySpan<(int, byte)>)[(0, 1), (1, 1), (2, 0x80), (5, 1), (13, 1), (question.End - 3, 4), (question.End - 1, 2)])
        {
            byte[] changed = [.. sound];
            changed[at] ^= bit;
            Assert.Equal(NameVerdict.NotOurs, NameAnswer.Read(changed, question).Verdict);
        }
        for (int length = 0; length < sound.Length; length++) Assert.Equal(NameVerdict.NotOurs, NameAnswer.Read(sound.AsSpan(0, length), question).Verdict);
    }

    [Fact]
    public void A_time_with_its_top_bit_set_is_none_and_there_are_not_too_many_addresses()
    {
        NameQuestion question = Question();
        Assert.Equal(0u, NameAnswer.Read(To(question, Record(Asked, 1, 0x8000_0000, 192, 0, 2, 9)), question).Seconds);
        byte[][] many = [.. Enumerable.Range(0, 100).Select(i => Record(Asked, 1, 60, 192, 0, 2, (byte)i))];
        NameAnswer answer = NameAnswer.Read(To(question, many), question);
        Assert.Equal(NameAnswer.MostAddresses, answer.Addresses.Length);
        Assert.Equal(Address.Parse("192.0.2.0"), answer.Addresses[0]);
    }

    /// <summary>Neither a fault nor more than was said comes of octets that somebody damaged.</summary>
    [Fact]
    public void Damaged_answers_end_in_a_verdict()
    {
        NameQuestion question = Question();
        byte[] sound = To(question, Alias(Asked, 60, Name("end.example.org")), Record(Name("end.example.org"), 1, 60, 192, 0, 2, 9), Record(Asked, 1, 60, 192, 0, 2, 9));
        Random random = Dice.Roll();
        int answered = 0;
        for (int round = 0; round < 100_000; round++)
        {
            byte[] changed = [.. sound];
            for (int count = random.Next(1, 6); count > 0; count--) changed[random.Next(6, changed.Length)] = random.Next(3) == 0 ? (byte)0xc0 : (byte)random.Next(256);
            NameAnswer read = NameAnswer.Read(changed, question);
            Assert.True(read.Addresses.Length <= 3);
            if (read.Verdict == NameVerdict.Answered) answered++;
        }
        Assert.InRange(answered, 1, 99_999);
    }
}
