using Router.Forwarding.Translation;
using Router.Tests.Wire;

namespace Router.Tests.Forwarding.Translation;

/// <summary>The bit maps against a list of pieces.</summary>
public class CoverageTests
{
    [Fact]
    public void Pieces_lie_as_a_list_of_them_says()
    {
        Random random = Dice.Roll();
        var coverage = new Coverage(3);
        for (int round = 0; round < 300; round++)
        {
            int datagram = random.Next(3), most = random.Next(4) == 0 ? 8192 : 200;
            coverage.Clear(datagram);
            var pieces = new List<(int First, int End)>();
            for (int i = 0; i < 60; i++)
            {
                (int First, int End) piece = pieces.Count > 0 && random.Next(5) == 0 ? pieces[random.Next(pieces.Count)] : Roll(random, most);
                PieceFit expected = pieces.Contains(piece) ? PieceFit.Duplicate
                    : pieces.Exists(p => p.First < piece.End && piece.First < p.End) ? PieceFit.Overlap : PieceFit.New;
                Assert.Equal(expected, coverage.Add(datagram, piece.First, piece.End));
                if (expected == PieceFit.New) pieces.Add(piece);
            }
        }
    }

    [Fact]
    public void Two_pieces_at_once_are_no_copy_of_one()
    {
        var coverage = new Coverage(1);
        coverage.Clear(0);
        Assert.Equal(PieceFit.New, coverage.Add(0, 0, 64));
        Assert.Equal(PieceFit.New, coverage.Add(0, 64, 128));
        Assert.Equal(PieceFit.Overlap, coverage.Add(0, 0, 128));
        Assert.Equal(PieceFit.Duplicate, coverage.Add(0, 64, 128));
        Assert.Equal(PieceFit.Overlap, coverage.Add(0, 64, 127));
        Assert.Equal(PieceFit.New, coverage.Add(0, 8191, 8192));
        Assert.Equal(PieceFit.Duplicate, coverage.Add(0, 8191, 8192));
    }

    private static (int First, int End) Roll(Random random, int most)
    {
        int first = random.Next(most), length = random.Next(3) == 0 ? random.Next(1, 180) : random.Next(1, 12);
        return (first, Math.Min(most, first + length));
    }
}
