using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Router.Lab.Kernel;

namespace Router.Lab.Clients;

/// <summary>
/// An FTP client that can be told how to speak: a command octet by octet, with or without waiting for acknowledgments (Nagle), as
/// people with telnet and some small devices do.
/// </summary>
internal sealed class FtpDialogue : IDisposable
{
    private readonly NetworkNamespace _space;
    private readonly Socket _socket;
    private readonly StreamReader _answers;

    public FtpDialogue(NetworkNamespace space, IPAddress server, bool noDelay)
    {
        _space = space;
        _socket = space.On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = noDelay, ReceiveTimeout = 5000 });
        _socket.Connect(server, 21);
        _answers = new StreamReader(new NetworkStream(_socket), Encoding.ASCII);
        Expect("220");
        Say("USER anonymous");
        string answer = Answer();
        if (answer.StartsWith("331", StringComparison.Ordinal))
        {
            Say("PASS x@example.com");
            answer = Answer();
        }
        Assert.StartsWith("230", answer, StringComparison.Ordinal);
    }

    /// <summary>Fetches a file by PORT. The server connects to us.</summary>
    /// <param name="name">The file.</param>
    /// <param name="pieces">Octets of each piece in which the command is sent; 0 for one piece.</param>
    public string Fetch(string name, int pieces = 0)
    {
        using Socket listener = _space.On(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 });
        var own = (IPEndPoint)_socket.LocalEndPoint!;
        listener.Bind(new IPEndPoint(own.Address, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Say(string.Create(CultureInfo.InvariantCulture, $"PORT {own.Address.ToString().Replace('.', ',')},{port >> 8},{port & 255}"), pieces);
        Expect("200");
        Say("RETR " + name);
        if (!listener.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead)) throw new LabException("the server did not connect");
        using Socket data = listener.Accept();
        using var reader = new StreamReader(new NetworkStream(data), Encoding.ASCII);
        string content = reader.ReadToEnd();
        Expect("150");
        Expect("226");
        return content;
    }

    public void Dispose()
    {
        _answers.Dispose();
        _socket.Dispose();
    }

    private void Say(string command, int pieces = 0)
    {
        byte[] octets = Encoding.ASCII.GetBytes(command + "\r\n");
        if (pieces == 0) pieces = octets.Length;
        for (int at = 0; at < octets.Length; at += pieces) _socket.Send(octets.AsSpan(at, Math.Min(pieces, octets.Length - at)));
    }

    private string Answer() => _answers.ReadLine() ?? throw new LabException("the server has closed the connection");

    private void Expect(string code)
    {
        string answer = Answer();
        if (!answer.StartsWith(code, StringComparison.Ordinal)) throw new LabException($"'{answer}' in place of {code}");
    }
}
