namespace Scanlock.Broker.Experiments;

/// <summary>An experiment as it was handed in. The researcher's token is never part of it.</summary>
/// <param name="Issuer">With <paramref name="Subject"/>, whose it is.</param>
/// <param name="RequestId">The request for access that its trials run under.</param>
/// <param name="Method">How its search goes, one of <c>SearchMethods</c>; null where it has none.</param>
/// <param name="Spec">The spec as handed in, canonical JSON.</param>
/// <param name="At">When it was handed in.</param>
internal sealed record Experiment(
    string Id,
    string Issuer,
    string Subject,
    string Name,
    string Gateway,
    string Dataset,
    string Site,
    string Trainer,
    string RequestId,
    string? Method,
    string Spec,
    DateTimeOffset At);

/// <summary>What a trial trains, apart from how it goes.</summary>
/// <param name="Configuration">Trials of one configuration differ by fold only.</param>
/// <param name="Choices">What its search chose, JSON, by path.</param>
/// <param name="Spec">The trial spec as it is sent to the site, JSON.</param>
/// <param name="Identity">Digest by which the same training is known again.</param>
/// <param name="Epochs">How many it trains at most.</param>
internal sealed record KeptSpec(string TrialId, int Configuration, string Choices, string Spec, long Seed, int Epochs, string Identity);

/// <summary>The job statement of a trial, compact: signed once, so that its digest never changes.</summary>
internal sealed record KeptJob(string TrialId, string Statement);

/// <summary>What the site signed at the end, compact.</summary>
internal sealed record KeptOutcome(string TrialId)
{
    /// <summary>The result bundle.</summary>
    public string? Bundle { get; init; }

    /// <summary>The purge receipt.</summary>
    public string? Receipt { get; init; }

    /// <summary>The metrics as the gateway released them, JSON.</summary>
    public string? Metrics { get; init; }
}

/// <summary>One progress statement of a trial.</summary>
/// <param name="Numbers">Its declared numbers by name, JSON.</param>
/// <param name="Statement">The statement, compact.</param>
internal sealed record KeptProgress(string TrialId, int Sequence, int Epoch, int Step, string Numbers, string Statement)
{
    /// <summary>The gateway has it: only then is it shown.</summary>
    public bool Carried { get; init; }
}
