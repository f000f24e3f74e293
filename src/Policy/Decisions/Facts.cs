using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>What a gateway knows of an access request besides what the request says.</summary>
/// <param name="Requester">Who asks, by their token.</param>
public sealed record AccessFacts(Person Requester)
{
    /// <summary>Where the requester's organisation is, ISO 3166-1; null where the gateway does not know.</summary>
    public string? OrganisationCountry { get; init; }

    /// <summary>Where the site is, likewise.</summary>
    public string? SiteCountry { get; init; }

    /// <summary>Patients in the dataset version; null while none is sealed.</summary>
    public int? Patients { get; init; }

    /// <summary>Who has approved the request so far.</summary>
    public IReadOnlyList<Person> Approved { get; init; } = [];

    /// <summary>Who has refused it.</summary>
    public IReadOnlyList<Person> Refused { get; init; } = [];
}

/// <summary>What a running job asks keys for, as its gateway knows it (P5).</summary>
/// <param name="Site">The site whose agent signed the key request.</param>
/// <param name="Demand">What the job's spec will use.</param>
/// <param name="Trainer">The trainer as measured in the job.</param>
/// <param name="Isolation">The isolation in force.</param>
/// <param name="Patients">Patients in the dataset versions that the job reads.</param>
public sealed record KeyFacts(Permit Permit, string Site, JobDemand Demand, Sha256Digest Trainer, string Isolation, int Patients)
{
    public string? OrganisationCountry { get; init; }
    public string? SiteCountry { get; init; }

    /// <summary>Jobs already counted against the permit, this one not among them.</summary>
    public int OtherJobs { get; init; }

    public bool Revoked { get; init; }

    /// <summary>True once the dataset was withdrawn.</summary>
    public bool Withdrawn { get; init; }
}

/// <summary>The numbers of a trial that a policy bounds.</summary>
/// <param name="Batch">Samples in one step.</param>
/// <param name="Steps">Steps in all; null where only the job can count them, and then run-step does.</param>
/// <param name="Parameters">Parameters of the model.</param>
/// <param name="ProgressValues">Numbers it may report while it runs.</param>
/// <param name="InitialWeights">Weights it starts from; null for random ones.</param>
public sealed record JobDemand(int Batch, long? Steps, int Epochs, long Parameters, int ProgressValues, Sha256Digest? InitialWeights);

/// <summary>What of a result is to be released.</summary>
public enum ReleaseKind
{
    Metrics,
    Model,
}

/// <summary>A result that has passed the gate and waits for its release (P6).</summary>
/// <param name="Trainer">The trainer that made it, as measured.</param>
/// <param name="Bytes">Size of what would leave.</param>
/// <param name="Precision">What the gate rounded the weights to; null for metrics.</param>
public sealed record ReleaseFacts(Permit Permit, ReleaseKind Kind, string Site, Sha256Digest Trainer, long Bytes, string? Precision)
{
    public string? OrganisationCountry { get; init; }
    public string? SiteCountry { get; init; }
    public bool Revoked { get; init; }
    public bool Withdrawn { get; init; }

    /// <summary>Who has agreed to this release so far.</summary>
    public IReadOnlyList<Person> Agreed { get; init; } = [];

    /// <summary>Who has refused it.</summary>
    public IReadOnlyList<Person> Refused { get; init; } = [];
}
