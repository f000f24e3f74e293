using Scanlock.Cli.Hosts;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>An upload token from a file that only its owner may read: a token on the command line would be everybody's to see.</summary>
internal static class TokenFile
{
    private const string Prefix = "slu_";
    private const int MostBytes = 1024;

    /// <exception cref="HostProblemException">It is others' to read too, or holds no upload token.</exception>
    public static string Read(FileInfo file)
    {
        using var stream = file.OpenRead();
        if (OwnerOnly.IsOpenToOthers(stream.SafeFileHandle))
        {
            throw HostProblemException.Local("token-file-open", $"Others may read '{file}' too: run chmod 600 on it, and make another token if somebody has.");
        }

        using var reader = new StreamReader(stream);
        var text = new char[MostBytes];
        var token = new string(text, 0, reader.ReadBlock(text)).Trim();
        return token.StartsWith(Prefix, StringComparison.Ordinal) && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? token
            : throw HostProblemException.Local("no-token", $"'{file}' holds no upload token; one begins with {Prefix} and is alone in its file.");
    }
}
