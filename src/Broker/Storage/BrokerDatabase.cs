using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Scanlock.Web.Storage;

namespace Scanlock.Broker.Storage;

/// <summary>Where the database is and how it is brought to the present schema.</summary>
internal static class BrokerDatabase
{
    internal const string Migrations = "Scanlock.Broker.Storage.Migrations.Sqlite.";

    public static void AddBrokerDatabase(this IServiceCollection services, string stateDirectory) =>
        services.AddDbContextFactory<BrokerDb>(options => options.UseSqlite(ConnectionString(stateDirectory)));

    public static string ConnectionString(string stateDirectory) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(stateDirectory, "broker.db"),
        ForeignKeys = true,
        DefaultTimeout = 30,
    }.ToString();

    /// <summary>Applies what migrations are missing; the next start goes on after a kill in the middle.</summary>
    public static async Task MigrateAsync(IDbContextFactory<BrokerDb> databases, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);

        // Readers and the one writer do not wait for each other. (SQLite's default, synchronous = FULL, has a commit on the disk before its act begins.)
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancellationToken);
        await NumberedMigrations.ApplyAsync(db.Database.GetDbConnection(), typeof(BrokerDatabase).Assembly, Migrations, cancellationToken);
    }
}
