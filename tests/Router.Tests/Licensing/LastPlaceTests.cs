using Router.Licensing;

namespace Router.Tests.Licensing;

/// <summary>Who asks at the same moment.</summary>
public sealed class LastPlaceTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void Of_many_threads_at_the_last_place_exactly_one_gets_it(int threads)
    {
        for (int round = 0; round < 50; round++)
        {
            using var bed = new Bed(users: 1);
            for (int machine = 1; machine <= 4; machine++) Assert.True(bed.Passes(machine));
            Assert.Equal(1, AtOnce(threads, thread => bed.Pool.Ask(Bed.Flow(Bed.Machine(100 + thread)), bed.Now).IsGranted ? 1 : 0));
            Assert.Equal(5, bed.Pool.Counts().Devices);
        }
    }

    [Fact]
    public void Of_a_thousand_admissions_for_the_last_place_exactly_one_is_granted()
    {
        using var bed = new Bed(users: 1);
        for (int machine = 1; machine <= 4; machine++) Assert.True(bed.Passes(machine));
        Assert.Equal(1, AtOnce(8, thread => Enumerable.Range(0, 125).Count(turn => bed.Pool.Ask(Bed.Flow(Bed.Machine(1000 + thread * 125 + turn)), bed.Now).IsGranted)));
    }

    [Fact]
    public void Of_many_threads_at_the_last_seat_exactly_one_gets_it()
    {
        for (int round = 0; round < 50; round++)
        {
            using var bed = new Bed(users: 2);
            Assert.Equal(LoginOutcome.Accepted, bed.Login("first", 1));
            Assert.Equal(1, AtOnce(8, thread => bed.Login($"user{thread}", 10 + thread) == LoginOutcome.Accepted ? 1 : 0));
        }
    }

    // Places that are taken, cancelled and given back by many leave the counters where they were.
    [Fact]
    public void Cancelled_and_ended_flows_leave_nothing_behind()
    {
        using var bed = new Bed(users: 1);
        AtOnce(8, thread =>
        {
            for (int turn = 0; turn < 2000; turn++)
            {
                Grant grant = bed.Pool.Ask(Bed.Flow(Bed.Machine(turn % 7)), bed.Now);
                if (turn % 2 == 0) bed.Pool.Cancel(grant, bed.Now);
                else if (grant.IsGranted) bed.Pool.Release(grant.Host, bed.Now);
                Assert.InRange(bed.Pool.Counts().Devices, 0, 5);
            }
            return 0;
        });
        Assert.All(bed.Pool.Devices(), device => Assert.Equal(0, device.Flows));
        bed.Wait(15 * Bed.Minute);
        Assert.Empty(bed.Pool.Devices());
        Assert.Equal(0, bed.Pool.Counts().Devices);
    }

    private static int AtOnce(int threads, Func<int, int> what)
    {
        int sum = 0;
        using var gate = new Barrier(threads);
        Exception? fault = null;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            try
            {
                gate.SignalAndWait();
                Interlocked.Add(ref sum, what(thread));
            }
            catch (Exception caught)
            {
                Volatile.Write(ref fault, caught);
            }
        }))];
        foreach (Thread thread in all) thread.Start();
        foreach (Thread thread in all) thread.Join();
        Assert.Null(fault);
        return sum;
    }
}
