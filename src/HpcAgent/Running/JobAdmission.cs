using System.Text.RegularExpressions;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.Running;

/// <summary>A job that the site runs, every statement in it verified.</summary>
/// <param name="Gateway">Whose data it reads; whose releases it obeys.</param>
/// <param name="Weights">The installed file that it starts from; null where weights are drawn afresh.</param>
/// <param name="Isolation">How it will be shut in.</param>
internal sealed record AdmittedJob(
    Statement<Job> Job,
    Statement<Permit> Permit,
    DatasetManifest Manifest,
    VerifyingKey Gateway,
    TrialSpec Spec,
    TrainerPlace Trainer,
    string? Weights,
    string Isolation);

internal abstract record Admission
{
    private Admission()
    {
    }

    public sealed record Admitted(AdmittedJob Job) : Admission;

    /// <param name="Code">One of <see cref="AgentRefusals"/>.</param>
    public sealed record Denied(string Code, string Sentence) : Admission;
}

/// <summary>
/// Decides whether a job may run here, from statements and site file alone. Asked when a job is handed in and again when it starts:
/// what lies on a disk in between is believed no more than what arrives.
/// </summary>
internal sealed partial class JobAdmission
{
    private readonly Site _site;
    private readonly SiteFacts _facts;

    private readonly DateTimeOffset _now;

    private JobAdmission(Site site, SiteFacts facts, DateTimeOffset now) => (_site, _facts, _now) = (site, facts, now);

    public static Admission Decide(string compact, Site site, SiteFacts facts, DateTimeOffset now)
    {
        try
        {
            return new JobAdmission(site, facts, now).Decide(compact);
        }
        catch (WireFormatException e)
        {
            return new Admission.Denied(AgentRefusals.BadStatement, e.Message);
        }
    }

    /// <summary>
    /// 1. The job is a known broker's and for this site. 2. Its permit is a known gateway's, in force, and for this site. 3. The manifest is
    /// the permit's and the inputs are the manifest's. 4. The trainer is permitted and installed. 5. The spec keeps to the permit. 6. The
    /// site serves the purpose and organisation. 7. It has the room. 8. It can shut the job in as permitted.
    /// </summary>
    private Admission Decide(string compact)
    {
        if (_site.IsStopped)
        {
            return Deny(AgentRefusals.KillSwitch, "The site's admin has stopped all jobs.");
        }

        var signer = StatementKinds.Job.SignerOf(compact);
        if (_site.Brokers.FirstOrDefault(b => b.Key.Id == signer) is not { } broker)
        {
            return Deny(AgentRefusals.UnknownBroker, "The job is signed by a broker that this site does not know.");
        }

        var job = StatementKinds.Job.Verify(compact, broker.Key);
        if (DenyForm(job.Value, signer) is { } malformed)
        {
            return malformed;
        }

        signer = StatementKinds.Permit.SignerOf(job.Value.Permits[0]);
        if (_site.Gateways.FirstOrDefault(g => g.Key.Id == signer) is not { } gateway)
        {
            return Deny(AgentRefusals.UnknownGateway, "The permit is signed by a gateway that this site does not know.");
        }

        var permit = StatementKinds.Permit.Verify(job.Value.Permits[0], gateway.Key);
        var manifest = StatementKinds.Manifest.Verify(job.Value.Manifests[0], gateway.Key);
        return DenyPermit(permit.Value, signer) ?? DenyData(job.Value, permit.Value, manifest, signer) ?? DenyHere(job.Value, permit.Value, manifest.Value)
            ?? DecideRun(job, permit, manifest.Value, gateway.Key);
    }

    private Admission.Denied? DenyForm(Job job, string signer)
    {
        if (job.Broker != signer || job.Permits.Count != 1 || job.Manifests.Count != 1)
        {
            return Deny(AgentRefusals.BadStatement, "A job names its signer and carries one permit and one manifest; this one does not.");
        }

        return job.Site == _site.Name ? null : Deny(AgentRefusals.OtherSite, $"The job is for another site than {_site.Name}.");
    }

    private Admission.Denied? DenyPermit(Permit permit, string signer)
    {
        if (permit.Gateway != signer || permit.LeaseSeconds <= 0)
        {
            return Deny(AgentRefusals.BadStatement, "The permit does not name its signer, or its lease has no length.");
        }

        if (!permit.Sites.Contains(_site.Name))
        {
            return Deny(AgentRefusals.OtherSite, $"The permit is for {string.Join(", ", permit.Sites)}, not for {_site.Name}.");
        }

        return permit.ExpiresAt > _now ? null : Deny(AgentRefusals.Expired, $"The permit ended at {permit.ExpiresAt:u}.");
    }

    private static Admission.Denied? DenyData(Job job, Permit permit, Statement<DatasetManifest> manifest, string signer)
    {
        var named = permit.Datasets.Any(d => d.Manifest == manifest.Digest && d.Dataset == manifest.Value.Dataset && d.Version == manifest.Value.Version);
        if (!named || manifest.Value.Gateway != signer)
        {
            return Deny(AgentRefusals.OtherJob, "The manifest is not the one that the permit names.");
        }

        var parts = manifest.Value.Parts().ToArray();
        if (parts.Any(p => !PartName().IsMatch(p.Id)) || parts.DistinctBy(p => p.Id).Count() != parts.Length)
        {
            return Deny(AgentRefusals.BadStatement, "The manifest's parts have no plain, different names.");
        }

        return job.Inputs.ToHashSet().SetEquals(parts.Select(p => new JobInput(p.Id, p.Ciphertext, p.CiphertextBytes)))
            ? null
            : Deny(AgentRefusals.OtherJob, "The job's inputs are not the parts of the manifest.");
    }

    private Admission.Denied? DenyHere(Job job, Permit permit, DatasetManifest manifest)
    {
        if (!_site.Purposes.Contains(permit.Purpose.Permission))
        {
            return Deny(AgentRefusals.PurposeNotHere, $"This site runs jobs for {string.Join(", ", _site.Purposes)}, not for {permit.Purpose.Permission}.");
        }

        if (_site.Organisations is not null && !_site.Organisations.Contains(permit.Researcher.Organisation))
        {
            return Deny(AgentRefusals.PurposeNotHere, "This site does not serve the researcher's organisation.");
        }

        var (cpus, memory, gpus, minutes) = job.Resources;
        var caps = _site.Caps;
        if (cpus < 1 || memory < 1 || gpus < 0 || minutes < 1)
        {
            return Deny(AgentRefusals.BadStatement, "A job asks for at least one processor, some memory and a minute.");
        }

        if (cpus > caps.Cpus || memory > caps.MemoryMiB || gpus > caps.Gpus || minutes > caps.Minutes)
        {
            return Deny(AgentRefusals.OverCap, $"The job asks for {cpus} processors, {memory} MiB, {gpus} GPUs and {minutes} minutes; "
                + $"the site's caps are {caps.Cpus}, {caps.MemoryMiB} MiB, {caps.Gpus} and {caps.Minutes}.");
        }

        var data = manifest.Parts().Sum(p => p.PlaintextBytes) >> 20;
        return data < memory ? null : Deny(AgentRefusals.OverCap, $"The data take {data} MiB of memory and the job asks for {memory} in all.");
    }

    private Admission DecideRun(Statement<Job> job, Statement<Permit> permit, DatasetManifest manifest, VerifyingKey gateway)
    {
        if (!permit.Value.Trainers.Contains(job.Value.Trainer))
        {
            return Deny(AgentRefusals.OtherJob, "The permit does not allow the job's trainer.");
        }

        if (!_facts.Trainers.TryGetValue(job.Value.Trainer, out var trainer))
        {
            return Deny(AgentRefusals.TrainerNotHere, $"The trainer {job.Value.Trainer} is not installed at this site.");
        }

        var reading = TrialSpecReader.Read(job.Value.Spec);
        if (reading is not TrialSpecResult.Valid(var spec))
        {
            var problems = ((TrialSpecResult.Invalid)reading).Problems;
            return Deny(AgentRefusals.BadStatement, $"The spec cannot be: {string.Join("; ", problems)}.");
        }

        if (TrialBounds.Check(spec, permit.Value.Bounds, permit.Value.Minima) is { Count: > 0 } outside)
        {
            return Deny(AgentRefusals.OverCap, $"The spec leaves the permit: {string.Join("; ", outside)}.");
        }

        var weights = spec.Start is { } start ? Path.Combine(_site.Weights ?? "", $"{start.Hex}.safetensors") : null;
        if (weights is not null && (_site.Weights is null || !File.Exists(weights)))
        {
            return Deny(AgentRefusals.WeightsNotHere, $"The initial weights {spec.Start} are not installed at this site.");
        }

        var way = _facts.Isolation.Ways.FirstOrDefault(permit.Value.Isolation.Contains);
        return way is null
            ? Deny(AgentRefusals.IsolationUnavailable, $"The permit asks for isolation by {string.Join(" or ", permit.Value.Isolation)}, "
                + $"the site offers {(_facts.Isolation.Ways.Count > 0 ? string.Join(", ", _facts.Isolation.Ways) : "none")}. {_facts.Isolation.Problem}".TrimEnd())
            : new Admission.Admitted(new(job, permit, manifest, gateway, spec, trainer, weights, way));
    }

    private static Admission.Denied Deny(string code, string sentence) => new(code, sentence);

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex PartName();
}
