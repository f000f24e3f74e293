namespace Scanlock.Testing;

/// <summary>A folder of its own below the system's temporary one, removed with the test.</summary>
public sealed class TestFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    /// <param name="inMemory">On a file system in memory, where there is one: for tests that wait on the disk thousands of times.</param>
    public TestFolder(bool inMemory = false) => Path = inMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory($"{Memory}/scanlock-test-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("scanlock-test-").FullName;

    public string Path { get; }

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
