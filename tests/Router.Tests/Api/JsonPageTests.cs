using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Router.Api;

namespace Router.Tests.Api;

/// <summary>docs/json.md says of every record of the control socket which fields it has and of which type; here it is held against the records themselves.</summary>
public class JsonPageTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Root(), "docs", "json.md"));

    public static TheoryData<string> Records => [.. Reachable().Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_is_written_down_as_it_is(string record)
    {
        Type type = Reachable().Single(one => one.Name == record);
        string[] expected = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite).Select(property => $"{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}: {Words(property)}").Order(StringComparer.Ordinal)];

        Assert.Equal(expected, Written(record).Select(row => $"{row.Field}: {row.Type}").Order(StringComparer.Ordinal));
        Assert.All(Written(record), row => Assert.NotEmpty(row.Means));
    }

    [Fact]
    public void No_record_is_written_down_that_is_gone() =>
        Assert.Empty(s_page.Split('\n').Where(line => line.StartsWith("### ", StringComparison.Ordinal)).Select(line => line[4..]).Except(Reachable().Select(type => type.Name)));

    private static IEnumerable<(string Field, string Type, string Means)> Written(string record)
    {
        string[] lines = s_page.Split('\n');
        int at = Array.IndexOf(lines, $"### {record}");
        Assert.True(at >= 0, $"docs/json.md has no `### {record}`");
        foreach (string line in lines[(at + 1)..].TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            string[] cells = line.Replace("\\|", "\0", StringComparison.Ordinal).Split('|');
            yield return (cells[1].Trim(' ', '`'), cells[2].Trim(), cells[3].Trim());
        }
    }

    private static List<Type> Reachable()
    {
        var found = new List<Type>();
        foreach (CustomAttributeData root in typeof(ControlJson).GetCustomAttributesData().Where(data => data.AttributeType == typeof(JsonSerializableAttribute)))
        {
            Visit((Type)root.ConstructorArguments[0].Value!, found);
        }
        return found;
    }

    private static void Visit(Type type, List<Type> found)
    {
        foreach (Type argument in type.GetGenericArguments()) Visit(argument, found);
        if (type.Assembly != typeof(ControlJson).Assembly || found.Contains(type)) return;
        found.Add(type);
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)) Visit(property.PropertyType, found);
    }

    private static string Words(PropertyInfo property)
    {
        bool isNull = new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
        return Words(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) + (isNull ? " or null" : "");
    }

    private static string Words(Type type) =>
        type == typeof(string) ? "string"
        : type == typeof(bool) ? "boolean"
        : type == typeof(DateTimeOffset) ? "time"
        : type == typeof(DateOnly) ? "date"
        : type.IsPrimitive ? "number"
        : type.IsGenericType ? $"list of {Words(type.GetGenericArguments()[0])}"
        : type.Name;

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
