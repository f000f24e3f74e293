using Microsoft.Data.Sqlite;
using Scanlock.Web.Storage;

namespace Scanlock.Web.Tests.Storage;

public sealed class NumberedMigrationsTests
{
    private const string Folder = "Scanlock.Web.Tests.Storage.Migrations.";

    [Fact]
    public async Task Each_file_runs_once_and_in_order()
    {
        await using var connection = await OpenAsync();
        await ApplyAsync(connection);
        await ApplyAsync(connection);
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT COUNT(*) FROM fruit"));
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT MAX(version) FROM schema_version"));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await using var connection = await OpenAsync();
        await ApplyAsync(connection);
        await ScalarAsync(connection, "INSERT INTO schema_version VALUES (3); SELECT 0");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ApplyAsync(connection));
        Assert.Contains("schema version 3", refused.Message, StringComparison.Ordinal);
    }

    private static Task ApplyAsync(SqliteConnection connection) =>
        NumberedMigrations.ApplyAsync(connection, typeof(NumberedMigrationsTests).Assembly, Folder, CancellationToken.None);

    private static async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<long> ScalarAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
