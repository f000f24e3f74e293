using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections;
using Microsoft.EntityFrameworkCore;
using Scanlock.Audit;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Brokers;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Datasets.Labels;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Datasets.Preview;
using Scanlock.Gateway.Datasets.Quality;
using Scanlock.Gateway.Datasets.Quarantine;
using Scanlock.Gateway.Datasets.Sealing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Dicomweb;
using Scanlock.Gateway.Jobs;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.LocalIssuer;
using Scanlock.Gateway.Results;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;
using Scanlock.IntakeWorkers;
using Scanlock.Web;
using Scanlock.Web.Auditing;
using Scanlock.Web.Storage;

namespace Scanlock.Gateway;

/// <summary>Puts a gateway together: configuration, keys, stores, features, endpoints.</summary>
public static class GatewayHost
{
    internal const string Migrations = "Scanlock.Gateway.Storage.Migrations.Sqlite.";

    /// <summary>
    /// A gateway ready to run: database migrated, log and database brought together, what a crash cut short completed.
    /// </summary>
    /// <param name="args"><c>--config FILE</c>.</param>
    /// <param name="adjust">Changes to the services, for tests that need their own clock.</param>
    /// <exception cref="HostConfigurationException">The gateway cannot start with this configuration; every fault is listed.</exception>
    public static async Task<WebApplication> BuildAsync(string[] args, Action<IServiceCollection>? adjust, CancellationToken cancellationToken)
    {
        var builder = ScanlockHost.CreateBuilder(args);
        var configuration = GatewayConfiguration.Read(builder.Configuration, builder.Environment.ContentRootPath);
        var keys = GatewayKeys.Open(configuration.Gateway);
        var folders = new StateFolders(configuration.Gateway);
        builder.Services.AddExceptionHandler<UnavailableHandler>();
        builder.AddScanlockHost(configuration.Gateway.Listen, configuration.Gateway.PublicUrl, configuration.Issuers);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBuffers>();
        AddStores(builder.Services, configuration, keys, folders);
        AddFeatures(builder.Services);
        if (configuration.LocalIssuer.Enabled)
        {
            builder.Services.AddLocalIssuer(configuration.LocalIssuer, configuration.Gateway.PublicUrl, keys.Issuer, folders.Accounts);
        }

        adjust?.Invoke(builder.Services);
        var app = builder.Build();
        Map(app, configuration);
        await PrepareAsync(app.Services, configuration, cancellationToken);
        return app;
    }

    private static void AddStores(IServiceCollection services, GatewayConfiguration configuration, GatewayKeys keys, StateFolders folders)
    {
        services.AddSingleton(configuration);
        services.AddSingleton(configuration.Gateway);
        services.AddSingleton(configuration.Datasets);
        services.AddSingleton(configuration.Intake);
        services.AddSingleton(folders);
        services.AddSingleton(keys);
        services.AddSingleton<DatasetKeys>();
        services.AddDbContextFactory<GatewayDb>(database => database.UseSqlite($"Data Source={folders.Database}"));
        services.AddSingleton<IBlobStore>(_ => configuration.AzureContainer is { } container ? new AzureBlobStore(container) : new DirectoryBlobStore(folders.Blobs));
        services.AddSingleton<BlobStoreHealth>().AddHealthChecks().AddCheck<BlobStoreHealth>("blobs");
        services.AddSingleton(provider => AuditLog.Open(folders.Log, keys.Log, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AuditedActs>();
        services.AddSingleton<AuditRecovery>();
    }

    private static void AddFeatures(IServiceCollection services)
    {
        services.AddSingleton<IIntakeLog, IntakeLog>();
        services.AddSingleton<IntakePool>();
        services.AddSingleton<OrphanedSamples>();
        services.AddSingleton<PoliciesInForce>();
        services.AddSingleton<Withdrawal>();
        services.AddSingleton<Alterations>();
        services.AddSingleton<DatasetAdministration>();
        services.AddSingleton<SessionsUnderWay>();
        services.AddSingleton<UploadSessions>();
        services.AddSingleton<RollingSessions>();
        services.AddHostedService<IdleSessionClosing>();
        services.AddSingleton<DiscardedBlobs>();
        services.AddSingleton<UploadReads>();
        services.AddSingleton<Recorder>();
        services.AddSingleton<UploadTokens>();
        services.AddSingleton<TokenDrop>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<StoreTransaction>();
        services.AddSingleton<ObjectIntake>();
        services.AddSingleton<QuarantineList>();
        services.AddSingleton<QuarantineDecision>();
        services.AddSingleton<QualityReports>();
        services.AddSingleton<StoredSamples>();
        services.AddSingleton<Previews>();
        services.AddSingleton<DatasetLabels>();
        services.AddSingleton<PartSealing>();
        services.AddSingleton<StoredMasks>();
        services.AddSingleton<ShardPacking>();
        services.AddSingleton<ArchivePacking>();
        services.AddSingleton<ArchiveSealing>();
        services.AddSingleton<ArchiveReading>();
        services.AddSingleton<SealingTurns>();
        services.AddSingleton<VersionDrafting>();
        services.AddSingleton<DatasetSealing>();
        services.AddSingleton<AccessDecisions>();
        services.AddSingleton<Permits>();
        services.AddSingleton<RequestViews>();
        services.AddSingleton<AccessRequests>();
        services.AddSingleton<RequestDecisions>();
        services.AddSingleton<JobStatements>();
        services.AddSingleton<KeyReleases>();
        services.AddSingleton<ProgressReports>();
        services.AddSingleton<Receipts>();
        services.AddSingleton<PartServing>();
        services.AddSingleton<GatedFiles>();
        services.AddSingleton<ResultGate>();
        services.AddSingleton<ResultIntake>();
        services.AddSingleton<ResultViews>();
        services.AddSingleton<Releases>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, BrokerAuthentication>(BrokerAuthentication.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, UploadTokenAuthentication>(UploadTokenAuthentication.SchemeName, null);
        services.AddSingleton<IAuthorizationHandler, SenderRequirementHandler>();
    }

    private static void Map(WebApplication app, GatewayConfiguration configuration)
    {
        app.UseScanlockHost();
        app.MapGet(GatewayRoutes.Identity, Identity).AllowAnonymous().NotAudited("Says only the gateway's public keys, for admins to compare and pin.");
        app.MapAudit();
        app.MapDatasets();
        app.MapUploadTokens();
        app.MapQuarantine();
        app.MapQuality();
        app.MapPreview();
        app.MapArchive();
        app.MapDicomweb();
        app.MapAccess();
        app.MapBrokers();
        app.MapResults();
        if (configuration.LocalIssuer.Enabled)
        {
            app.MapLocalIssuer();
        }
    }

    private static async Task PrepareAsync(IServiceProvider services, GatewayConfiguration configuration, CancellationToken cancellationToken)
    {
        await using (var db = await services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync(cancellationToken))
        {
            await db.Database.OpenConnectionAsync(cancellationToken);
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
            await NumberedMigrations.ApplyAsync(db.Database.GetDbConnection(), typeof(GatewayHost).Assembly, Migrations, cancellationToken);
        }

        await services.GetRequiredService<IBlobStore>().CheckAsync(cancellationToken);
        await services.GetRequiredService<AuditRecovery>().RunAsync(cancellationToken);
        await services.GetRequiredService<Withdrawal>().FinishAsync(cancellationToken);
        await services.GetRequiredService<DiscardedBlobs>().DestroyAsync(cancellationToken);
        await services.GetRequiredService<OrphanedSamples>().RemoveAsync(cancellationToken);
        if (configuration.LocalIssuer.Enabled)
        {
            await services.PrepareLocalIssuerAsync(cancellationToken);
        }
    }

    private static GatewayIdentity Identity(GatewayOptions options, GatewayKeys keys) =>
        new(options.Name, options.Organisation, keys.Statement.Public.Id, keys.Statement.Public.ExportPem(), keys.Log.Verifier.ToString());
}
