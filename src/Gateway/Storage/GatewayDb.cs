using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Brokers;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Jobs;
using Scanlock.Gateway.Results;

namespace Scanlock.Gateway.Storage;

/// <summary>The gateway's database. Effects are saved through <see cref="AuditedActs"/>, which logs them first.</summary>
public sealed class GatewayDb(DbContextOptions<GatewayDb> options) : DbContext(options)
{
    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();
    public DbSet<PolicyRow> Policies => Set<PolicyRow>();
    public DbSet<UploadRow> Uploads => Set<UploadRow>();
    public DbSet<UploadObjectRow> UploadObjects => Set<UploadObjectRow>();
    public DbSet<UploadTokenRow> UploadTokens => Set<UploadTokenRow>();
    public DbSet<DiscardedBlobRow> DiscardedBlobs => Set<DiscardedBlobRow>();
    public DbSet<SampleRow> Samples => Set<SampleRow>();
    public DbSet<RenditionRow> Renditions => Set<RenditionRow>();
    public DbSet<ArchivedObjectRow> ArchivedObjects => Set<ArchivedObjectRow>();
    public DbSet<MaskRow> Masks => Set<MaskRow>();
    public DbSet<QuarantineRow> Quarantine => Set<QuarantineRow>();
    public DbSet<SampleLabelRow> SampleLabels => Set<SampleLabelRow>();
    public DbSet<VersionRow> Versions => Set<VersionRow>();
    public DbSet<ShardSampleRow> ShardSamples => Set<ShardSampleRow>();
    public DbSet<RequestRow> Requests => Set<RequestRow>();
    public DbSet<ApprovalRow> Approvals => Set<ApprovalRow>();
    public DbSet<JobRow> Jobs => Set<JobRow>();
    public DbSet<ResultRow> Results => Set<ResultRow>();
    public DbSet<LedgerRow> Ledger => Set<LedgerRow>();
    public DbSet<UsedTokenRow> UsedTokens => Set<UsedTokenRow>();
    public DbSet<ServedPartRow> ServedParts => Set<ServedPartRow>();
    public DbSet<SettledEntryRow> SettledEntries => Set<SettledEntryRow>();
    public DbSet<AuditCursorRow> AuditCursor => Set<AuditCursorRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        MapDatasets(modelBuilder);
        MapAccess(modelBuilder);
        modelBuilder.Entity<UsedTokenRow>(row => row.ToTable("used_tokens").HasKey(used => new { used.Broker, used.TokenId }));
        modelBuilder.Entity<SettledEntryRow>(row => row.ToTable("settled_entries").HasKey(settled => settled.Entry));
        modelBuilder.Entity<AuditCursorRow>(row =>
        {
            row.ToTable("audit_cursor").HasKey(cursor => cursor.Id);
            row.Property(cursor => cursor.Id).ValueGeneratedNever();
        });
        NameColumns(modelBuilder);
    }

    private static void MapDatasets(ModelBuilder model)
    {
        model.Entity<DatasetRow>(row => row.ToTable("datasets").HasKey(dataset => dataset.Name));
        model.Entity<PolicyRow>(row =>
        {
            row.ToTable("policies").HasKey(policy => policy.Id);
            row.HasIndex(policy => policy.Dataset).HasDatabaseName("policies_by_dataset");
        });
        model.Entity<UploadRow>(row =>
        {
            row.ToTable("uploads").HasKey(upload => upload.Id);
            row.HasIndex(upload => upload.Dataset).HasDatabaseName("uploads_by_dataset");
        });
        model.Entity<UploadTokenRow>(row =>
        {
            row.ToTable("upload_tokens").HasKey(token => token.Id);
            row.HasIndex(token => token.Hash).IsUnique().HasDatabaseName("upload_tokens_by_hash");
            row.HasIndex(token => token.Dataset).HasDatabaseName("upload_tokens_by_dataset");
        });
        model.Entity<DiscardedBlobRow>(row => row.ToTable("discarded_blobs").HasKey(blob => blob.Name));
        model.Entity<UploadObjectRow>(row => row.ToTable("upload_objects").HasKey(uploaded => new { uploaded.Upload, uploaded.Ordinal }));
        model.Entity<SampleRow>(row =>
        {
            row.ToTable("samples").HasKey(sample => new { sample.Dataset, sample.Key });
            row.HasIndex(sample => new { sample.Dataset, sample.ObjectKey }).HasDatabaseName("samples_by_object");
            row.Ignore(sample => sample.EffectivePatient);
        });
        model.Entity<RenditionRow>(row => row.ToTable("renditions").HasKey(rendition => new { rendition.Dataset, rendition.ObjectKey }));
        model.Entity<ArchivedObjectRow>(row => row.ToTable("archived_objects").HasKey(archived => new { archived.Dataset, archived.Part, archived.ObjectKey }));
        model.Entity<MaskRow>(row => row.ToTable("masks").HasKey(mask => new { mask.Dataset, mask.ObjectKey, mask.Number }));
        model.Entity<QuarantineRow>(row => row.ToTable("quarantine").HasKey(kept => new { kept.Dataset, kept.ObjectKey }));
        model.Entity<SampleLabelRow>(row => row.ToTable("sample_labels").HasKey(label => new { label.Dataset, label.Sample, label.Name }));
        model.Entity<VersionRow>(row => row.ToTable("versions").HasKey(version => new { version.Dataset, version.Version }));
        model.Entity<ShardSampleRow>(row => row.ToTable("shard_samples").HasKey(sample => new { sample.Dataset, sample.Part, sample.Sample }));
    }

    private static void MapAccess(ModelBuilder model)
    {
        model.Entity<RequestRow>(row =>
        {
            row.ToTable("requests").HasKey(request => request.Id);
            row.HasIndex(request => request.Dataset).HasDatabaseName("requests_by_dataset");
            row.HasIndex(request => new { request.Job, request.Kind }).IsUnique().HasDatabaseName("requests_by_job");
        });
        model.Entity<ApprovalRow>(row => row.ToTable("approvals").HasKey(approval => new { approval.Request, approval.Issuer, approval.Subject }));
        model.Entity<JobRow>(row =>
        {
            row.ToTable("jobs").HasKey(job => job.Digest);
            row.HasIndex(job => job.Request).HasDatabaseName("jobs_by_request");
        });
        model.Entity<ResultRow>(row =>
        {
            row.ToTable("results").HasKey(result => result.Job);
            row.HasIndex(result => result.Dataset).HasDatabaseName("results_by_dataset");
            row.OwnsOne(result => result.MetricsFile);
            row.OwnsOne(result => result.ModelFile);
        });
        model.Entity<LedgerRow>(row =>
        {
            row.ToTable("ledger").HasKey(exit => exit.Id);
            row.HasIndex(exit => exit.Dataset).HasDatabaseName("ledger_by_dataset");
        });
        model.Entity<ServedPartRow>(row => row.ToTable("served_parts").HasKey(served => new { served.Request, served.Part }));
    }

    private static void NameColumns(ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            // Columns of an owned value bear the name of what holds it, but the key, which they share with it.
            var holder = entity.FindOwnership()?.PrincipalToDependent?.Name;
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.IsPrimaryKey() && holder is not null ? "Job" : holder + property.Name));
            }
        }
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>Times as milliseconds since 1970: what every database can order and compare.</summary>
    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}
