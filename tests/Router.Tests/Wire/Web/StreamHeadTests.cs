using Router.Wire.Web;

namespace Router.Tests.Wire.Web;

public class StreamHeadTests
{
    [Fact]
    public void Pieces_in_any_order_over_each_other_give_the_whole()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            byte[] whole = new byte[random.Next(1, 4000)];
            random.NextBytes(whole);
            var head = new StreamHead();
            bool[] there = new bool[whole.Length];
            // More than the runs that may stand apart would be refused: so few pieces are long ones.
            while (there.Contains(false))
            {
                int at = random.Next(whole.Length), length = Math.Min(whole.Length - at, random.Next(1, 600));
                if (random.Next(4) == 0) (at, length) = (Array.IndexOf(there, false), Math.Min(whole.Length - Array.IndexOf(there, false), 300));
                PieceFit fit = head.Put(at, whole.AsSpan(at, length));
                if (fit == PieceFit.TooScattered) continue;
                Assert.Equal(PieceFit.Fits, fit);
                Array.Fill(there, true, at, length);
                int front = Array.IndexOf(there, false);
                Assert.True(head.Octets.SequenceEqual(whole.AsSpan(0, front < 0 ? whole.Length : front)), $"seed {seed}");
            }
        }
    }

    [Fact]
    public void Another_octet_for_the_same_place_is_noticed_and_changes_nothing()
    {
        var head = new StreamHead();
        head.Put(0, "abcd"u8);
        head.Put(8, "ijkl"u8);
        Assert.Equal(PieceFit.Differs, head.Put(2, "cdefghiX"u8));
        Assert.Equal("abcd", Text(head));
        Assert.Equal(PieceFit.Fits, head.Put(2, "cdefghij"u8));
        Assert.Equal("abcdefghijkl", Text(head));
    }

    [Fact]
    public void Bounds_hold()
    {
        var head = new StreamHead();
        Assert.Equal(PieceFit.TooFar, head.Put(StreamHead.Capacity - 1, "ab"u8));
        Assert.Equal(PieceFit.TooFar, head.Put(-1, "ab"u8));
        for (int run = 0; run < StreamHead.MostRuns; run++) Assert.Equal(PieceFit.Fits, head.Put(2 * run + 1, "x"u8));
        Assert.Equal(PieceFit.TooScattered, head.Put(2 * StreamHead.MostRuns + 1, "x"u8));
        Assert.Equal(PieceFit.Fits, head.Put(0, "y"u8));
        Assert.Equal("yx", Text(head));
        head.Clear();
        Assert.Equal("", Text(head));
    }

    [Fact]
    public void What_was_read_is_taken_away_and_later_runs_move_along()
    {
        var head = new StreamHead();
        head.Put(0, "abcdef"u8);
        head.Put(8, "ij"u8);
        head.RemoveFirst(4);
        Assert.Equal("ef", Text(head));
        head.Put(2, "gh"u8);
        Assert.Equal("efghij", Text(head));
        head.RemoveFirst(6);
        Assert.Equal("", Text(head));
        head.Put(0, "k"u8);
        Assert.Equal("k", Text(head));
    }

    private static string Text(StreamHead head) => System.Text.Encoding.ASCII.GetString(head.Octets);
}
