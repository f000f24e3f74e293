using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Scanlock.Gateway.LocalIssuer;
using Scanlock.Web.Storage;

namespace Scanlock.Gateway.Tests.LocalIssuer;

public sealed class IssuerSchemaTests
{
    [Fact]
    public async Task The_numbered_migrations_make_the_schema_of_the_model()
    {
        await using var migrated = new SqliteConnection("Data Source=:memory:");
        await migrated.OpenAsync();
        await NumberedMigrations.ApplyAsync(migrated, typeof(IssuerContext).Assembly, "Scanlock.Gateway.LocalIssuer.Migrations.", CancellationToken.None);

        await using var modelled = new SqliteConnection("Data Source=:memory:");
        await modelled.OpenAsync();
        await using var context = new IssuerContext(new DbContextOptionsBuilder<IssuerContext>().UseSqlite(modelled).Options);
        await context.Database.EnsureCreatedAsync();

        Assert.Equal(await TablesAsync(modelled), await TablesAsync(migrated));
    }

    private static async Task<List<string>> TablesAsync(SqliteConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT IN ('schema_version') ORDER BY name";
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
        {
            tables.Add(string.Join(' ', reader.GetString(0).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        }

        return tables;
    }
}
