using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Scanlock.Broker.Storage;
using Scanlock.Testing;
using Scanlock.Web.Storage;

namespace Scanlock.Broker.Tests;

public sealed class SchemaTests
{
    /// <summary>Columns with type and nullability, keys, foreign keys and indexes, a line each.</summary>
    private const string Schema = """
        SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || ' ' || CASE WHEN c."notnull" THEN 'not null' ELSE 'null' END || ' key ' || c.pk
        FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT IN ('schema_version')
        UNION ALL
        SELECT 'reference ' || t.name || '.' || f."from" || ' to ' || f."table" || ' on delete ' || f.on_delete
        FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
        UNION ALL
        SELECT 'index ' || i.name || ' on ' || t.name || ' unique ' || i."unique" || ' partial ' || i.partial || ': ' || (SELECT group_concat(name, ', ') FROM pragma_index_info(i.name))
        FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'c'
        ORDER BY 1
        """;

    [Fact]
    public async Task The_migrated_schema_is_the_models()
    {
        using var folder = new TestFolder();
        await using var migrated = await OpenAsync(folder["migrated.db"]);
        await NumberedMigrations.ApplyAsync(migrated, typeof(BrokerDatabase).Assembly, BrokerDatabase.Migrations, TestContext.Current.CancellationToken);
        await using var modelled = await OpenAsync(folder["modelled.db"]);
        await using var db = new BrokerDb(new DbContextOptionsBuilder<BrokerDb>().UseSqlite(modelled).Options);
        await db.Database.EnsureCreatedAsync();

        var expected = await ReadAsync(modelled);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, await ReadAsync(migrated));
    }

    private static async Task<SqliteConnection> OpenAsync(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<List<string>> ReadAsync(SqliteConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Schema;
        await using var reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
