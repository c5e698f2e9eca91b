using Router.Wire;

namespace Router.Licensing;

/// <summary>How it is known who somebody is.</summary>
public enum LoginMethod : byte { Web, Directory, Automatic, Administrator }

/// <summary>What becomes of a login on one device more than the user may have.</summary>
public enum AtLimit : byte { Refuse, ReplaceOldest }

/// <summary>Why a login ended.</summary>
public enum LogoutReason : byte
{
    /// <summary>The user wanted it.</summary>
    Asked,

    /// <summary>Nothing came from the device for long.</summary>
    Idle,

    /// <summary>It had lasted as long as a login may.</summary>
    TooLong,

    /// <summary>The user logged in on another device, and may have only so many.</summary>
    Replaced,

    /// <summary>An administrator ended it.</summary>
    Administrator,

    /// <summary>Somebody else logged in on the device.</summary>
    AnotherUser,

    /// <summary>The account is gone, or is not what it was.</summary>
    AccountChanged,
}

/// <summary>A login. The password has been checked, and the zone is where the address lives.</summary>
/// <param name="MaxDevices">On how many devices the user may be, 0 for any number.</param>
public readonly record struct LoginRequest(
    Address Address, byte Zone, string User, string[] Groups, LoginMethod Method, bool IsAdministrator = false, int MaxDevices = 0, AtLimit AtLimit = AtLimit.Refuse);

/// <summary>What came of a login.</summary>
public enum LoginOutcome : byte
{
    Accepted,

    /// <summary>The user is on that device already; his groups were taken over, nothing else changed.</summary>
    Already,

    NoSeat,
    TooManyDevices,

    /// <summary>The licence is over, and the user is no administrator.</summary>
    Ended,

    /// <summary>A table is full.</summary>
    NoRoom,

    /// <summary>The name is empty, or longer than 126 octets.</summary>
    BadName,
}

/// <summary>The answer to a login.</summary>
/// <param name="Device">On which device; none unless somebody is logged in on it now.</param>
/// <param name="Seats">Seats that the user holds now.</param>
/// <param name="Replaced">How many of his logins on other devices ended for it.</param>
/// <param name="GroupsLeft">Groups that found no room.</param>
public readonly record struct LoginAnswer(LoginOutcome Outcome, DeviceId Device, int Seats = 0, int Replaced = 0, int GroupsLeft = 0)
{
    public bool IsLoggedIn => Outcome is LoginOutcome.Accepted or LoginOutcome.Already;
}
