using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Scanlock.Gateway.Storage;
using Scanlock.Web.Storage;

namespace Scanlock.Gateway.Tests.Storage;

public sealed class SchemaTests
{
    [Fact]
    public async Task The_numbered_migrations_make_the_schema_the_model_expects()
    {
        await using var migrated = new SqliteConnection("Data Source=:memory:");
        await migrated.OpenAsync();
        await NumberedMigrations.ApplyAsync(migrated, typeof(GatewayHost).Assembly, GatewayHost.Migrations, CancellationToken.None);
        await using var modelled = new SqliteConnection("Data Source=:memory:");
        await modelled.OpenAsync();
        await using var db = new GatewayDb(new DbContextOptionsBuilder<GatewayDb>().UseSqlite(modelled).Options);
        await Execute(modelled, db.Database.GenerateCreateScript());
        Assert.Equal(await Describe(modelled), await Describe(migrated));
    }

    private static async Task Execute(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Tables with their columns, types, nullability and keys; indices with their columns.</summary>
    private static async Task<List<string>> Describe(SqliteConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT 'table ' || m.name || '.' || c.name || ' ' || c.type || CASE WHEN c."notnull" THEN ' not null' ELSE '' END || ' key ' || c.pk
            FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_version'
            UNION ALL
            SELECT 'index ' || m.tbl_name || ' ' || i.name || ' unique ' || i."unique" || ' (' ||
              (SELECT group_concat(x.name) FROM pragma_index_info(i.name) x) || ')'
            FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin = 'c'
            ORDER BY 1
            """;
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
