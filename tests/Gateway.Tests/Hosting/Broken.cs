namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>Breaks what the gateway needs, until disposed.</summary>
internal sealed class Broken : IDisposable
{
    private readonly string _folder;

    private Broken(string folder) => _folder = folder;

    /// <summary>Moves a folder away and puts a file in its place: also root cannot write into that.</summary>
    public static Broken Folder(string folder)
    {
        Directory.Move(folder, folder + ".away");
        File.WriteAllText(folder, "");
        return new(folder);
    }

    public void Dispose()
    {
        File.Delete(_folder);
        Directory.Move(_folder + ".away", _folder);
    }
}
