using Router.Tables;

namespace Router.Licensing.Holders;

/// <summary>
/// A reference from an entry of one table to an entry of another, in one word, so that it changes in one store. It holds the serial of
/// the life that is meant: when that life ends the reference leads nowhere, and never to whoever has the place next.
///
///     63..32  serial
///     31..0   id, plus one; 0 for nobody
/// </summary>
internal readonly record struct EntryRef(ulong Word)
{
    public static readonly EntryRef None;

    public bool IsNone => Word == 0;

    public static EntryRef To<T>(MappedTable<T> table, int id) where T : unmanaged, ITableEntry =>
        new((ulong)table.Serial(id) << 32 | ((uint)id + 1));

    /// <summary>The id, or -1 if that entry has ended.</summary>
    public int In<T>(MappedTable<T> table) where T : unmanaged, ITableEntry
    {
        int id = (int)(uint)Word - 1;
        return id >= 0 && table.IsLive(id) && table.Serial(id) == (uint)(Word >> 32) ? id : -1;
    }
}
