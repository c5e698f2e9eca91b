using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Router.Web.Listening;

/// <summary>
/// A server that stops hangs up on connections without a request: those that are idle, and those that have only just come, whose visitor would see an
/// error. With router-web.socket nobody need see one, as whoever comes later waits for the next process; so those who came before get a second to ask,
/// and are answered.
/// </summary>
internal static class FirstRequest
{
    /// <summary>How old a connection becomes at the least.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>For Kestrel: what a connection goes through before TLS.</summary>
    public static ConnectionDelegate Await(ConnectionDelegate next) => async connection =>
    {
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is not { } lifetime)
        {
            await next(connection);
            return;
        }
        using var later = new Later(lifetime);
        connection.Features.Set<IConnectionLifetimeNotificationFeature>(later);
        await next(connection);
    };

    /// <summary>Hands the wish to close on once the connection is as old as the grace.</summary>
    private sealed class Later : IConnectionLifetimeNotificationFeature, IDisposable
    {
        private readonly IConnectionLifetimeNotificationFeature _lifetime;
        private readonly CancellationTokenSource _close = new();
        private readonly CancellationTokenRegistration _asked;
        private readonly long _since = TimeProvider.System.GetTimestamp();

        public Later(IConnectionLifetimeNotificationFeature lifetime)
        {
            _lifetime = lifetime;
            _asked = lifetime.ConnectionClosedRequested.Register(CloseInTime);
        }

        public CancellationToken ConnectionClosedRequested
        {
            get => _close.Token;
            set => throw new NotSupportedException();
        }

        public void RequestClose() => _lifetime.RequestClose();

        public void Dispose()
        {
            // First, as it waits for a callback under way.
            _asked.Dispose();
            _close.Dispose();
        }

        private void CloseInTime()
        {
            TimeSpan left = Grace - TimeProvider.System.GetElapsedTime(_since);
            _close.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }
}
