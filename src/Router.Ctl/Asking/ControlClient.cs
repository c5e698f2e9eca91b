using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Router.Api;

namespace Router.Ctl;

/// <summary>
/// Asks routerd over its control socket and returns the answer's JSON as it came. Whatever goes wrong becomes a
/// <see cref="ControlFailure"/> with a sentence for the person at the terminal.
/// </summary>
internal sealed class ControlClient : IDisposable
{
    /// <summary>Longest answer that is taken, octets: some 300 for each of the most flows that can be asked for.</summary>
    private const int MostAnswerOctets = 128 * 1024 * 1024;

    private readonly string _socket;
    private readonly HttpClient _http;

    /// <param name="socket">Path of the control socket.</param>
    public ControlClient(string socket)
    {
        _socket = socket;
        var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, UseCookies = false };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri("http://routerd"),
            MaxResponseContentBufferSize = MostAnswerOctets,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>The JSON of the answer.</summary>
    /// <param name="method">As the verb wants it, see <see cref="ControlPath"/>.</param>
    /// <param name="pathAndQuery">From <see cref="ControlPath"/>, with the query if there is one.</param>
    /// <param name="body">What goes with it, or null.</param>
    /// <exception cref="ControlFailure">There is no answer, or not the one that was asked for.</exception>
    public Task<byte[]> AskAsync(HttpMethod method, string pathAndQuery, byte[]? body, CancellationToken cancel) => GuardAsync(async () =>
    {
        using var request = new HttpRequestMessage(method, pathAndQuery) { Content = body is null ? null : new ByteArrayContent(body) };
        using HttpResponseMessage answer = await _http.SendAsync(request, cancel);
        byte[] told = await answer.Content.ReadAsByteArrayAsync(cancel);
        return answer.IsSuccessStatusCode ? told : throw Refused(answer.StatusCode, told);
    }, cancel);

    /// <summary>Reads an answer while it comes, however long that takes.</summary>
    /// <exception cref="ControlFailure">There is none, or it breaks off.</exception>
    public Task StreamAsync(string pathAndQuery, Func<Stream, Task> read, CancellationToken cancel) => GuardAsync(async () =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, pathAndQuery);
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!answer.IsSuccessStatusCode) throw Refused(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancel));
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancel);
        await read(body);
        return true;
    }, cancel);

    private async Task<T> GuardAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException failed) when (failed.InnerException is SocketException socket)
        {
            throw new ControlFailure(socket.SocketErrorCode == SocketError.AccessDenied ? ExitCode.NotAllowed : ExitCode.Unreachable, Unreachable(socket.SocketErrorCode, socket.Message));
        }
        catch (Exception failed) when (failed is HttpRequestException or HttpIOException or InvalidDataException or EndOfStreamException)
        {
            throw new ControlFailure(ExitCode.Unreachable, $"routerd broke off its answer ({failed.Message}): see journalctl -u routerd");
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ControlFailure(ExitCode.Unreachable, $"routerd did not answer within {_http.Timeout.TotalSeconds:0} s: see journalctl -u routerd");
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private string Unreachable(SocketError error, string message) => error switch
    {
        SocketError.AccessDenied =>
            $"the socket {_socket} may not be opened by you: run as root, or join its group (usermod -aG routerd {Environment.UserName}) and log in again",
        SocketError.ConnectionRefused or SocketError.AddressNotAvailable =>
            $"routerd is not running (nobody listens on {_socket}): start it with systemctl start routerd",
        _ => $"{_socket} cannot be opened ({message}): see systemctl status routerd",
    };

    private static ControlFailure Refused(HttpStatusCode status, byte[] body)
    {
        string message = $"routerd answered {(int)status}";
        try
        {
            if (JsonSerializer.Deserialize(body, ControlJson.Wire.ErrorReport) is { } report) message = report.Error;
        }
        catch (JsonException)
        {
            // Not from our own server; the number will have to do.
        }
        return new ControlFailure(status == HttpStatusCode.BadRequest ? ExitCode.Usage : ExitCode.Bad, message);
    }
}
