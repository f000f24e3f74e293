using System.Diagnostics;

namespace Scanlock.Testing;

/// <summary>A folder of its own below the system's temporary one, removed with the test.</summary>
public sealed class TestFolder : IDisposable
{
    private const string Memory = "/dev/shm";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <param name="inMemory">On a file system in memory, where there is one: for tests that wait on the disk thousands of times.</param>
    public TestFolder(bool inMemory = false) => Path = inMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory($"{Memory}/scanlock-test-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("scanlock-test-").FullName;

    public string Path { get; }

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        var clock = Stopwatch.StartNew();
        while (Directory.Exists(Path))
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (clock.Elapsed < s_patience)
            {
                // A process that a test has killed may have put something into a folder that was just emptied.
                Thread.Sleep(50);
            }
        }
    }
}
