namespace Router.Wire.Web;

/// <summary>What came of reading the beginning of a conversation.</summary>
public enum WebReading : byte
{
    /// <summary>All of it is there, and understood.</summary>
    Whole,

    /// <summary>So far it is right, and more is to come.</summary>
    Incomplete,

    /// <summary>It is something else, or written in a way that two readers may understand differently.</summary>
    Unreadable,
}
