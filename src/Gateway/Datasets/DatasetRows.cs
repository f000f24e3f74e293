namespace Scanlock.Gateway.Datasets;

/// <summary>A dataset; its name is its identity and is never used again.</summary>
public sealed class DatasetRow
{
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }

    /// <summary>The organisation that answers for it, from the policy.</summary>
    public required string Steward { get; set; }

    /// <summary>One of <c>DatasetStates</c>.</summary>
    public required string State { get; set; }

    /// <summary>The policy file in force, as its steward wrote it.</summary>
    public required string Policy { get; set; }

    /// <summary>SHA-256 of that file.</summary>
    public required string PolicyRevision { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Every policy a dataset has had, so that a permit's revision can be read later.</summary>
public sealed class PolicyRow
{
    public long Id { get; init; }
    public required string Dataset { get; init; }
    public required string Revision { get; init; }
    public required string Text { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>One upload session.</summary>
public sealed class UploadRow
{
    public required string Id { get; init; }
    public required string Dataset { get; init; }

    /// <summary>Who opened it, as audit entries name actors.</summary>
    public required string Actor { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When its last object came.</summary>
    public required DateTimeOffset ActiveAt { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Opened by the gateway for a sender who named none; another follows when it closes.</summary>
    public bool Rolling { get; init; }

    /// <summary>The upload token its objects came by.</summary>
    public string? Token { get; init; }
}

/// <summary>A token that sends into one dataset.</summary>
public sealed class UploadTokenRow
{
    public required string Id { get; init; }
    public required string Dataset { get; init; }
    public required string Name { get; init; }

    /// <summary>SHA-256 of the token.</summary>
    public required string Hash { get; init; }

    /// <summary>Who made it, as audit entries name actors.</summary>
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A blob nothing refers to any more, to be destroyed.</summary>
public sealed class DiscardedBlobRow
{
    public required string Name { get; init; }
}

/// <summary>What became of one object of a session, by its ordinal there.</summary>
public sealed class UploadObjectRow
{
    public required string Upload { get; init; }
    public required int Ordinal { get; init; }

    /// <summary>One of <c>UploadOutcomes</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>A code of the intake's closed lists where refused or quarantined.</summary>
    public string? Code { get; init; }
}

/// <summary>
/// A sample that is held, encrypted, in the blob store. Everything that identifies is here only as a hash under the dataset's own key
/// (P2, P3): enough to match labels, useless without the key directory.
/// </summary>
public sealed class SampleRow
{
    public required string Dataset { get; init; }

    /// <summary>The sample's key in its shard: a keyed hash of the object's bytes, and of the frame where it is not the first.</summary>
    public required string Key { get; init; }

    /// <summary>A keyed hash of the object's bytes.</summary>
    public required string ObjectKey { get; init; }

    /// <summary>The frame of the object, from 0.</summary>
    public required int Frame { get; init; }

    /// <summary>Its file in the blob store.</summary>
    public required string Blob { get; init; }

    /// <summary>Whether it is kept apart: in no version, and shown to nobody, until a steward releases it.</summary>
    public required bool Quarantined { get; set; }

    public required string Upload { get; init; }
    public required int Ordinal { get; init; }
    public string? SopHash { get; init; }
    public required string SeriesHash { get; init; }
    public string? StudyHash { get; init; }
    public string? AccessionHash { get; init; }
    public string? PatientHash { get; init; }

    /// <summary>The pseudonym from the object's own header.</summary>
    public required string Patient { get; init; }

    /// <summary>The pseudonym the steward's labels group it under; wins over the header's.</summary>
    public string? LabelledPatient { get; set; }
    public required string Series { get; init; }

    /// <summary>Keyed hash of the pixels; null where the sample is older than that was kept.</summary>
    public string? Pixels { get; init; }

    /// <summary><c>SampleFacts</c> as JSON, for judging quality; null where the sample is older than they were kept.</summary>
    public string? Facts { get; init; }

    /// <summary>Bytes of what is encrypted.</summary>
    public required long PlaintextBytes { get; init; }

    /// <summary>SHA-256 of the encrypted file in the blob store.</summary>
    public required string Ciphertext { get; init; }
    public required long CiphertextBytes { get; init; }
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>The pseudonym that goes into shards.</summary>
    public string EffectivePatient => LabelledPatient ?? Patient;
}

/// <summary>An object kept apart until a steward decides.</summary>
public sealed class QuarantineRow
{
    public required string Dataset { get; init; }

    /// <summary>A keyed hash of the object's bytes.</summary>
    public required string ObjectKey { get; init; }
    public required string Upload { get; init; }
    public required int Ordinal { get; init; }

    /// <summary>A code of the intake's closed list.</summary>
    public required string Code { get; init; }

    /// <summary>How many samples were found in it; what has none can only be deleted.</summary>
    public required int Samples { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>One of <c>QuarantineDecisions</c>, or null while it is held.</summary>
    public string? Decision { get; set; }

    /// <summary>Who decided, as audit entries name actors.</summary>
    public string? DecidedBy { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }
}

public sealed class SampleLabelRow
{
    public required string Dataset { get; init; }
    public required string Sample { get; init; }
    public required string Name { get; init; }
    public required string Value { get; set; }
}

/// <summary>A sealed version; never changed.</summary>
public sealed class VersionRow
{
    public required string Dataset { get; init; }
    public required int Version { get; init; }

    /// <summary>The signed manifest, compact.</summary>
    public required string Manifest { get; init; }
    public required string ManifestDigest { get; init; }
    public required int Samples { get; init; }
    public required int Patients { get; init; }

    /// <summary>Names of its labels, JSON.</summary>
    public required string LabelNames { get; init; }
    public required DateTimeOffset SealedAt { get; init; }

    /// <summary>The signed statement of what is archived of it, compact; null where nothing is.</summary>
    public string? Archive { get; init; }
}

/// <summary>Which sample lies in which shard, under which pseudonym; how a later version knows the shards it can share.</summary>
public sealed class ShardSampleRow
{
    public required string Dataset { get; init; }
    public required string Part { get; init; }
    public required string Sample { get; init; }
    public required string Patient { get; init; }

    /// <summary>The fingerprint of the masks drawn beside it; null where none was.</summary>
    public string? Mask { get; init; }
}
