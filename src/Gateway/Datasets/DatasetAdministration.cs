using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Datasets;

/// <summary>Makes datasets, replaces their policies, and withdraws them.</summary>
internal sealed class DatasetAdministration(
    AuditedActs acts, DatasetKeys keys, Withdrawal withdrawal, GatewayConfiguration configuration, TimeProvider time)
{
    private const int LongestTitle = 200;
    private const int LongestDescription = 4000;

    public async Task<Outcome<DatasetEntry>> CreateAsync(CreateDataset asked, Person steward, CancellationToken cancellationToken)
    {
        var attempt = AttemptOf(Acts.DatasetCreate, asked.Name, steward);
        if (OwnPeople.Fault(steward, configuration) is { } stranger)
        {
            return await acts.RefuseAsync<DatasetEntry>(attempt, stranger, cancellationToken);
        }

        var policy = CheckNew(asked, steward);
        if (policy.IsRefused)
        {
            return await acts.RefuseAsync<DatasetEntry>(attempt, policy.Refusal, cancellationToken);
        }

        return await acts.PerformAsync<DatasetEntry>(
            attempt,
            async (db, token) =>
            {
                if (await db.Datasets.AnyAsync(dataset => dataset.Name == asked.Name, token))
                {
                    return Decided.Nothing<Outcome<DatasetEntry>>(new Refusal.Conflict($"There is a dataset '{asked.Name}' already; a name is never used again."));
                }

                keys.Create(asked.Name);
                var dataset = NewRow(asked, policy.Value);
                db.Datasets.Add(dataset);
                db.Policies.Add(PolicyOf(dataset));
                return Decided.As<Outcome<DatasetEntry>>(await Catalogue.EntryAsync(db, dataset, token), EntryFor(Acts.DatasetCreate, dataset, steward));
            },
            cancellationToken);
    }

    public Task<Outcome<DatasetEntry>> ReplacePolicyAsync(string name, ReplacePolicy asked, Person steward, CancellationToken cancellationToken) =>
        acts.PerformAsync<DatasetEntry>(
            AttemptOf(Acts.DatasetPolicy, name, steward),
            async (db, token) =>
            {
                var found = await db.FindManagedAsync(name, steward, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<DatasetEntry>>(found.Refusal);
                }

                var policy = PolicyCheck.Check(asked.Policy, name, steward);
                if (policy.IsRefused)
                {
                    return Decided.Nothing<Outcome<DatasetEntry>>(policy.Refusal);
                }

                var dataset = found.Value;
                (dataset.Policy, dataset.PolicyRevision) = (asked.Policy, policy.Value.Revision.ToString());
                db.Policies.Add(PolicyOf(dataset));
                return Decided.As<Outcome<DatasetEntry>>(await Catalogue.EntryAsync(db, dataset, token), EntryFor(Acts.DatasetPolicy, dataset, steward));
            },
            cancellationToken);

    /// <summary>Withdraws for good (P10): what is stored here is destroyed before this returns, and what is staged anywhere can no longer be opened.</summary>
    public async Task<Outcome<DatasetEntry>> WithdrawAsync(string name, Person steward, CancellationToken cancellationToken)
    {
        var withdrawn = await acts.PerformAsync<DatasetEntry>(
            AttemptOf(Acts.DatasetWithdraw, name, steward),
            async (db, token) =>
            {
                var found = await db.FindManagedAsync(name, steward, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<DatasetEntry>>(found.Refusal);
                }

                Withdrawal.Apply(found.Value);
                return Decided.As<Outcome<DatasetEntry>>(
                    await Catalogue.EntryAsync(db, found.Value, token), EntryFor(Acts.DatasetWithdraw, found.Value, steward));
            },
            cancellationToken);
        if (!withdrawn.IsRefused)
        {
            // The caller may go away, the destruction goes on; a crash leaves it to the next start.
            await withdrawal.DestroyAsync(name, CancellationToken.None);
        }

        return withdrawn;
    }

    private static Outcome<PolicyDocument> CheckNew(CreateDataset asked, Person steward)
    {
        var faults = new List<string>();
        if (!IsName(asked.Name))
        {
            faults.Add("name: a dataset's name has 1 to 63 lower-case letters, digits and hyphens, and begins with a letter or digit");
        }

        if (asked.Title.Length is 0 or > LongestTitle)
        {
            faults.Add($"title: must have 1 to {LongestTitle} characters");
        }

        if (asked.Description.Length > LongestDescription)
        {
            faults.Add($"description: must have at most {LongestDescription} characters");
        }

        if (faults.Count > 0)
        {
            return new Refusal.Invalid($"The dataset '{DatasetLookup.Shown(asked.Name)}' cannot be made.", faults);
        }

        return PolicyCheck.Check(asked.Policy, asked.Name, steward);
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 63 && name[0] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private DatasetRow NewRow(CreateDataset asked, PolicyDocument policy) => new()
    {
        Name = asked.Name,
        Title = asked.Title,
        Description = asked.Description,
        Steward = policy.Steward,
        State = DatasetStates.Open,
        Policy = asked.Policy,
        PolicyRevision = policy.Revision.ToString(),
        CreatedAt = time.GetUtcNow(),
    };

    private PolicyRow PolicyOf(DatasetRow dataset) =>
        new() { Dataset = dataset.Name, Revision = dataset.PolicyRevision, Text = dataset.Policy, At = time.GetUtcNow() };

    private static Attempt AttemptOf(string act, string dataset, Person steward) => Attempt.At(act, Actors.Of(steward), ("dataset", dataset));

    private static Entry EntryFor(string act, DatasetRow dataset, Person steward) => new(act, Actors.Of(steward))
    {
        Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = dataset.Name },
        PolicyRevision = dataset.PolicyRevision,
    };
}
