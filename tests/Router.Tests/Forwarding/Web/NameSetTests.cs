using System.Text;
using Router.Forwarding.Web;

namespace Router.Tests.Forwarding.Web;

public class NameSetTests
{
    [Fact]
    public void A_name_stands_for_itself_and_all_beneath()
    {
        NameSet set = Build("example.net", "a.b.example.org", "com.example");
        foreach (string name in (string[])["example.net", "www.example.net", "a.very.deep.example.net", "a.b.example.org", "x.com.example"]) Assert.True(Holds(set, name), name);
        foreach (string name in (string[])["net", "example.com", "notexample.net", "b.example.org", "example", "com", "example.net.org", ""]) Assert.False(Holds(set, name), name);
        Assert.Equal(3, set.Count);
    }

    // The slow twin is a set of the names themselves.
    [Fact]
    public void Sets_of_any_size_answer_as_a_plain_one_does()
    {
        foreach (int size in (int[])[0, 1, 2, 7, 100, 5000, 200_000])
        {
            var random = new Random(size);
            var plain = new HashSet<string>();
            while (plain.Count < size) plain.Add(Name(random));
            NameSet set = Build([.. plain, .. plain.Take(10)]);
            Assert.Equal(size, set.Count);
            foreach (string name in plain.Take(2000).Concat(Enumerable.Range(0, 2000).Select(_ => Name(random))))
            {
                string[] labels = name.Split('.');
                bool expected = Enumerable.Range(0, labels.Length).Any(from => plain.Contains(string.Join('.', labels[from..])));
                Assert.True(expected == Holds(set, name), $"size {size}: {name}");
            }
        }
    }

    [Fact]
    public void A_million_names_take_less_than_nine_octets_each()
    {
        var names = new NameSetBuilder(1_000_000);
        byte[] room = new byte[64];
        for (int i = 0; i < 1_000_000; i++)
        {
            int length = Encoding.ASCII.GetBytes($"host-{i}.ads{i % 977}.example", room);
            names.Add(room.AsSpan(0, length));
        }
        NameSet set = names.Build();
        Assert.Equal(1_000_000, set.Count);
        Assert.True(set.Octets < 9_000_000, $"{set.Octets} octets");
        Assert.True(Holds(set, "www.host-999999.ads528.example"));
        Assert.False(Holds(set, "ads528.example"));
    }

    private static string Name(Random random) =>
        string.Join('.', Enumerable.Range(0, random.Next(1, 5)).Select(_ => $"{(char)('a' + random.Next(26))}{random.Next(400)}"));

    private static NameSet Build(params string[] names)
    {
        var builder = new NameSetBuilder();
        foreach (string name in names) builder.Add(Encoding.ASCII.GetBytes(name));
        return builder.Build();
    }

    private static bool Holds(NameSet set, string name)
    {
        ulong[] endings = new ulong[NameSet.MostLabels];
        return set.Holds(endings.AsSpan(0, NameSet.Endings(Encoding.ASCII.GetBytes(name), endings)));
    }
}
