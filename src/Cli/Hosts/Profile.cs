using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Cli.Hosts;

/// <summary>
/// Who the user is at which hosts: one file of mode 0600 per profile in the configuration folder. It holds refresh tokens, or the name of
/// a client and where its secret lies; never a password.
/// </summary>
/// <param name="Gateway">URL of the gateway that commands talk to unless told otherwise.</param>
/// <param name="Broker">URL of the broker, likewise.</param>
/// <param name="Logins">One per issuer.</param>
internal sealed record Profile(string? Gateway, string? Broker, IReadOnlyDictionary<string, Login> Logins, IReadOnlyDictionary<string, string> Issuers)
{
    public static Profile Empty { get; } = new(null, null, new Dictionary<string, Login>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
}

/// <summary>A standing sign-in at an issuer.</summary>
/// <param name="TokenEndpoint">Where it gives tokens.</param>
/// <param name="ClientId">The CLI's own name there, or an unattended client's.</param>
/// <param name="SecretFile">Where an unattended client's secret lies; null for a person.</param>
/// <param name="RefreshToken">A person's; null for an unattended client.</param>
internal sealed record Login(string TokenEndpoint, string ClientId, string? SecretFile, string? RefreshToken, IReadOnlyList<CachedToken> Tokens);

/// <summary>An access token that is still good.</summary>
internal sealed record CachedToken(string Resource, string Scope, string Token, DateTimeOffset ExpiresAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Profile))]
internal sealed partial class ProfileJson : JsonSerializerContext;

/// <summary>Profiles on disk.</summary>
internal sealed class ProfileStore(string folder, string name)
{
    private string FileName => Path.Combine(folder, name + ".json");

    /// <summary><c>SCANLOCK_CONFIG</c>, else <c>scanlock</c> in the user's configuration folder.</summary>
    public static string DefaultFolder() => Environment.GetEnvironmentVariable("SCANLOCK_CONFIG") is { Length: > 0 } chosen
        ? chosen
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "scanlock");

    public Profile Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FileName), ProfileJson.Default.Profile) ?? Profile.Empty;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Profile.Empty;
        }
        catch (JsonException e)
        {
            throw new IOException($"The profile '{FileName}' is damaged; delete it and sign in again.", e);
        }
    }

    /// <summary>
    /// Changes the profile with nobody else in between: refresh tokens are good once, so two commands must not use one.
    /// </summary>
    public async Task<T> ChangeAsync<T>(Func<Profile, Task<(Profile Profile, T Result)>> change, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var held = await LockAsync(cancellationToken);
        var (profile, result) = await change(Read());
        var next = FileName + ".new";
        File.Delete(next);
        await using (var file = OwnerOnly.Create(next, FileMode.CreateNew))
        {
            await JsonSerializer.SerializeAsync(file, profile, ProfileJson.Default.Profile, cancellationToken);
        }

        File.Move(next, FileName, overwrite: true);
        return result;
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return OwnerOnly.Create(FileName + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another command holds it for the length of one call to the issuer.
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }
    }
}
