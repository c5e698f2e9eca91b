namespace Router.Tables;

/// <summary>
/// What a struct must say about itself to be kept in a <see cref="MappedTable{T}"/>. Give it an explicit or sequential layout
/// whose fields lie on their natural boundaries, so that each field is read and written in one piece; with a size of a multiple of
/// 64 less 8, each entry has its cache lines for itself.
/// </summary>
public interface ITableEntry
{
    /// <summary>
    /// How many of the first octets say who the entry is. They are written between Take and Commit and never after; a checksum
    /// over them tells a later process that they are whole. The octets behind may change at any time.
    /// </summary>
    static abstract int IdentityOctets { get; }

    /// <summary>To be raised with every change of a field's place or meaning: files of another version are started empty.</summary>
    static abstract uint LayoutVersion { get; }
}

/// <summary>What was found when a table was opened.</summary>
public enum TableOrigin
{
    /// <summary>There was no file.</summary>
    Fresh,

    /// <summary>Entries of an earlier process go on living.</summary>
    Resumed,

    /// <summary>There was a file that could not be used; the table starts empty, and the reason is given in words.</summary>
    Discarded,
}
