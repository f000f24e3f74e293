using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>A device flow (RFC 8628) that a person has not finished yet.</summary>
internal sealed record DeviceSignIn(string DeviceCode, string UserCode, string ClientId, string Scope, DateTimeOffset ExpiresAt)
{
    public SignInState State { get; set; }

    public string? AccountId { get; set; }
}

internal enum SignInState
{
    Waiting,
    Approved,
    Denied,
}

/// <summary>An authorization code (RFC 6749 section 4.1) that was not redeemed yet.</summary>
internal sealed record CodeSignIn(
    string Code, string ClientId, string RedirectUri, string Challenge, string Scope, string? Resource, string? Nonce, string AccountId, DateTimeOffset ExpiresAt);

/// <summary>
/// Sign-ins under way, in memory: a restart ends them and the person begins again. Bounded, so that asking costs no memory.
/// </summary>
internal sealed class PendingSignIns(TimeProvider time)
{
    private const int MaxPending = 1000;

    // No vowels, so no words; no characters that look alike (RFC 8628 section 6.1).
    private const string UserCodeAlphabet = "BCDFGHJKLMNPQRSTVWXZ";

    private static readonly TimeSpan s_deviceLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_codeLifetime = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DeviceSignIn> _devices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CodeSignIn> _codes = new(StringComparer.Ordinal);

    /// <summary>Begins a device flow; null when too many are under way.</summary>
    public DeviceSignIn? BeginDevice(string clientId, string scope)
    {
        DropExpired();
        if (_devices.Count >= MaxPending)
        {
            return null;
        }

        var code = RandomNumberGenerator.GetString(UserCodeAlphabet, 8);
        var device = new DeviceSignIn(Secret(), $"{code[..4]}-{code[4..]}", clientId, scope, time.GetUtcNow() + s_deviceLifetime);
        _devices[device.DeviceCode] = device;
        return device;
    }

    public DeviceSignIn? DeviceByUserCode(string userCode)
    {
        DropExpired();
        var wanted = userCode.Trim().ToUpperInvariant().Replace("-", "", StringComparison.Ordinal);
        return _devices.Values.FirstOrDefault(d => d.State == SignInState.Waiting && d.UserCode.Replace("-", "", StringComparison.Ordinal) == wanted);
    }

    public DeviceSignIn? Device(string deviceCode)
    {
        DropExpired();
        return _devices.GetValueOrDefault(deviceCode);
    }

    public void EndDevice(DeviceSignIn device) => _devices.TryRemove(device.DeviceCode, out _);

    public string? BeginCode(Func<string, DateTimeOffset, CodeSignIn> make)
    {
        DropExpired();
        if (_codes.Count >= MaxPending)
        {
            return null;
        }

        var code = Secret();
        _codes[code] = make(code, time.GetUtcNow() + s_codeLifetime);
        return code;
    }

    /// <summary>Takes a code out: it is good once.</summary>
    public CodeSignIn? TakeCode(string code)
    {
        DropExpired();
        return _codes.TryRemove(code, out var signIn) ? signIn : null;
    }

    internal static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private void DropExpired()
    {
        var now = time.GetUtcNow();
        foreach (var device in _devices.Values.Where(d => d.ExpiresAt <= now))
        {
            _devices.TryRemove(device.DeviceCode, out _);
        }

        foreach (var code in _codes.Values.Where(c => c.ExpiresAt <= now))
        {
            _codes.TryRemove(code.Code, out _);
        }
    }
}
