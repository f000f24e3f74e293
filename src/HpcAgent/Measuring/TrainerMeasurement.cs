using System.Security.Cryptography;
using System.Text;
using Scanlock.Contracts;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.Measuring;

/// <summary>What a trainer is known by.</summary>
/// <param name="Trainer">Its own files: the same for every build of the same source.</param>
/// <param name="Runtime">The shim as compiled here and the libtorch it uses: different from machine to machine.</param>
internal sealed record Measurement(Sha256Digest Trainer, Sha256Digest Runtime);

/// <summary>
/// Measures trainers. A digest is the SHA-256 of lines <c>HEX  PATH</c>, one for each file in ordinal order of the paths, so that
/// <c>sha256sum | sha256sum</c> can check it. Symbols and XML documentation are neither measured nor copied, and links are not followed.
/// </summary>
internal static class TrainerMeasurement
{
    private const string Shim = "libscanlock_torch.so";
    private static readonly string[] s_leftOut = [".pdb", ".xml"];
    private static readonly string[] s_systemLibraries =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];

    private static readonly EnumerationOptions s_realFiles = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = false,
    };

    public static Task<Measurement> OfAsync(TrainerPlace trainer, CancellationToken cancellationToken) =>
        MeasureAsync(trainer, (_, _) => Stream.Null, cancellationToken);

    /// <summary>Copies what is measured, and measures what was copied: the bytes on their way, not the folder before or after.</summary>
    public static Task<Measurement> CopyAsync(TrainerPlace trainer, string target, CancellationToken cancellationToken) =>
        MeasureAsync(trainer, (source, path) => Create(source, Path.Combine(target, path)), cancellationToken);

    /// <summary>Whether the trainer's digest covers this file, named by its path in the folder: the runtime's digest does not bind what runs.</summary>
    public static bool Covers(string folder, string path) => Path.GetFileName(path) != Shim && FilesOf(folder).Contains(path, StringComparer.Ordinal);

    private static async Task<Measurement> MeasureAsync(
        TrainerPlace trainer, Func<string, string, Stream> openCopy, CancellationToken cancellationToken)
    {
        var own = new StringBuilder();
        var runtime = new StringBuilder();
        foreach (var path in FilesOf(trainer.Folder))
        {
            var source = Path.Combine(trainer.Folder, path);
            await using var copy = openCopy(source, path);
            var into = Path.GetFileName(path) == Shim ? runtime : own;
            into.Append($"{await CopyHashingAsync(source, copy, cancellationToken)}  {path}\n");
        }

        foreach (var library in runtime.Length > 0 ? LibtorchFiles(trainer.Libraries) : [])
        {
            runtime.Append($"{await CopyHashingAsync(library, Stream.Null, cancellationToken)}  {Path.GetFileName(library)}\n");
        }

        return new(DigestOf(own), DigestOf(runtime));
    }

    private static IEnumerable<string> FilesOf(string folder) => Directory.EnumerateFiles(folder, "*", s_realFiles)
        .Where(file => !s_leftOut.Contains(Path.GetExtension(file)) || !IsBesideItsAssembly(file))
        .Select(file => Path.GetRelativePath(folder, file))
        .Order(StringComparer.Ordinal);

    private static bool IsBesideItsAssembly(string file) => File.Exists(Path.ChangeExtension(file, ".dll"));

    private static IEnumerable<string> LibtorchFiles(IReadOnlyList<string> libraries)
    {
        var real = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint };
        var home = libraries.Concat(s_systemLibraries)
            .FirstOrDefault(folder => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "libtorch*.so*", real).Any());
        return home is null
            ? []
            : Directory.EnumerateFiles(home, "libtorch*.so*", real).Concat(Directory.EnumerateFiles(home, "libc10*.so*", real)).Order(StringComparer.Ordinal);
    }

    private static FileStream Create(string source, string target)
    {
        const UnixFileMode read = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        return new(target, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = read | ((File.GetUnixFileMode(source) & execute) != UnixFileMode.None ? UnixFileMode.UserExecute : UnixFileMode.None),
        });
    }

    private static async Task<string> CopyHashingAsync(string source, Stream copy, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.OpenRead(source);
        var buffer = new byte[1 << 17];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static Sha256Digest DigestOf(StringBuilder lines) => Sha256Digest.Of(Encoding.UTF8.GetBytes(lines.ToString()));
}
