using System.Diagnostics;

namespace Scanlock.Testing;

/// <summary>Waits on conditions with a deadline; nothing in the tests sleeps for luck.</summary>
public static class Wait
{
    /// <summary>Polls until the condition gives a value that is not null.</summary>
    /// <exception cref="TimeoutException">The deadline passed; the message says what was waited for.</exception>
    public static async Task<T> UntilAsync<T>(string what, Func<Task<T?>> condition, TimeSpan deadline)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (await condition() is { } value)
            {
                return value;
            }

            if (clock.Elapsed > deadline)
            {
                throw new TimeoutException($"Waited {deadline.TotalSeconds:0} s for {what}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    public static Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan deadline) =>
        UntilAsync<object>(what, async () => await condition() ? condition : null, deadline);
}
