using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Searches;

namespace Scanlock.Broker.Storage;

/// <summary>The broker's database: what it must remember to carry on after being killed at any moment (P9).</summary>
internal sealed class BrokerDb(DbContextOptions<BrokerDb> options) : DbContext(options)
{
    public DbSet<PermitRequest> Requests => Set<PermitRequest>();
    public DbSet<Experiment> Experiments => Set<Experiment>();
    public DbSet<KeptPermit> Permits => Set<KeptPermit>();
    public DbSet<Trial> Trials => Set<Trial>();
    public DbSet<KeptSpec> Specs => Set<KeptSpec>();
    public DbSet<Rung> Rungs => Set<Rung>();
    public DbSet<KeptJob> Jobs => Set<KeptJob>();
    public DbSet<KeptOutcome> Outcomes => Set<KeptOutcome>();
    public DbSet<KeptProgress> Progress => Set<KeptProgress>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        configurationBuilder.Properties<TrialState>().HaveConversion<StateName>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<PermitRequest>(row =>
        {
            row.ToTable("requests").HasKey(request => request.Id);
            row.Property(request => request.Revision).IsConcurrencyToken();
            row.Ignore(request => request.Asked);
            row.HasIndex(request => new { request.Issuer, request.Subject, request.Gateway, request.Dataset }).HasDatabaseName("requests_by_person");
            row.HasIndex(request => request.State).HasDatabaseName("requests_by_state");
        });
        modelBuilder.Entity<Experiment>(row =>
        {
            row.ToTable("experiments").HasKey(experiment => experiment.Id);
            row.HasIndex(experiment => new { experiment.Issuer, experiment.Subject, experiment.At }).HasDatabaseName("experiments_by_person");
            row.HasIndex(experiment => experiment.RequestId).HasDatabaseName("experiments_by_request");
        });
        modelBuilder.Entity<Trial>(row =>
        {
            row.ToTable("trials").HasKey(trial => trial.Id);
            row.Property(trial => trial.Revision).IsConcurrencyToken();
            row.Ignore(trial => trial.LeavesTraces);
            row.HasOne<Experiment>().WithMany().HasForeignKey(trial => trial.ExperimentId).OnDelete(DeleteBehavior.Restrict);
            row.HasIndex(trial => new { trial.ExperimentId, trial.Ordinal }).IsUnique().HasDatabaseName("trials_by_experiment");
            row.HasIndex(trial => new { trial.Site, trial.State }).HasDatabaseName("trials_by_site");
        });
        modelBuilder.Entity<KeptPermit>(row =>
        {
            row.ToTable("permits").HasKey(permit => permit.RequestId);
            row.HasOne<PermitRequest>().WithMany().HasForeignKey(permit => permit.RequestId).OnDelete(DeleteBehavior.Restrict);
        });
        var specs = OfTrial<KeptSpec>(modelBuilder, "specs");
        specs.HasKey(spec => spec.TrialId);
        specs.HasIndex(spec => spec.Identity).HasDatabaseName("specs_by_identity");
        OfTrial<Rung>(modelBuilder, "rungs").HasKey(rung => new { rung.TrialId, rung.Epoch });
        OfTrial<KeptJob>(modelBuilder, "jobs").HasKey(job => job.TrialId);
        OfTrial<KeptOutcome>(modelBuilder, "outcomes").HasKey(outcome => outcome.TrialId);
        var progress = OfTrial<KeptProgress>(modelBuilder, "progress");
        progress.HasKey(said => new { said.TrialId, said.Sequence });
        progress.HasIndex(said => said.Carried).HasFilter("carried = 0").HasDatabaseName("progress_to_carry");
        NameColumns(modelBuilder);
    }

    private static Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<T> OfTrial<T>(ModelBuilder model, string table)
        where T : class
    {
        var row = model.Entity<T>().ToTable(table);
        row.HasOne(typeof(Trial)).WithMany().HasForeignKey("TrialId").OnDelete(DeleteBehavior.Restrict);
        return row;
    }

    private static void NameColumns(ModelBuilder model)
    {
        foreach (var property in model.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>Times as milliseconds since 1970: what every database can order and compare.</summary>
    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));

    private sealed class StateName() : ValueConverter<TrialState, string>(
        state => state.ToName(), stored => TrialStateNames.FromName(stored));
}
