namespace Scanlock.Contracts.Broker;

/// <summary>Why a trial ended badly where it was not the job that failed; with <c>JobFailures</c>, all codes of <see cref="TrialView.Failure"/>.</summary>
public static class BrokerFailures
{
    /// <summary>The site's host key is not the one that was entered for it.</summary>
    public const string HostKeyMismatch = "host-key-mismatch";

    /// <summary>What answers at the site does not speak the agent protocol, or another site's agent answers.</summary>
    public const string AgentProtocol = "agent-protocol";

    /// <summary>A part is not what the manifest says: as the gateway serves it, or as it arrived at the site.</summary>
    public const string StagingDigestMismatch = "staging-digest-mismatch";

    /// <summary>The permit was denied, revoked or has expired.</summary>
    public const string PermitRefused = "permit-refused";

    /// <summary>A permit or manifest that the pinned gateway key did not sign, or that does not fit the request.</summary>
    public const string GatewayStatement = "gateway-statement";

    /// <summary>The gateway refused what the broker carried to it.</summary>
    public const string GatewayRefused = "gateway-refused";

    /// <summary>The job statement is larger than the protocol carries.</summary>
    public const string JobTooLarge = "job-too-large";

    /// <summary>A sealed result is not what the result bundle says.</summary>
    public const string ResultDamaged = "result-damaged";

    /// <summary>The gateway's gate refused the result.</summary>
    public const string ResultRefused = "result-refused";

    public static IReadOnlyList<string> All { get; } =
    [
        HostKeyMismatch, AgentProtocol, StagingDigestMismatch, PermitRefused, GatewayStatement, GatewayRefused, JobTooLarge,
        ResultDamaged, ResultRefused,
    ];
}
