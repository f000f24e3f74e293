using Scanlock.Broker.Sites;
using Scanlock.Contracts.Agent;
using Scanlock.Processes;

namespace Scanlock.Broker.Tests;

public sealed class SshCommandTests
{
    private static readonly SiteSettings s_site = new("demo-cluster", "scanlock@login.example", 2222, "/keys/id", "/keys/known hosts");

    [Fact]
    public void Hosts_are_checked_strictly_against_the_entered_keys_alone_and_nobody_is_asked()
    {
        var line = string.Join(' ', SshCommand.Arguments(s_site));

        foreach (var option in new[]
        {
            "-T ", "-F /dev/null", "BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=\"/keys/known hosts\"", "GlobalKnownHostsFile=/dev/null",
            "UpdateHostKeys=no", "IdentitiesOnly=yes", "ForwardAgent=no", "ClearAllForwardings=yes", "PermitLocalCommand=no", "-i /keys/id", "-p 2222",
            "-- scanlock@login.example hpc-agent serve",
        })
        {
            Assert.Contains(option, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_sites_own_ssh_configuration_is_used_but_does_not_replace_the_checks()
    {
        var arguments = SshCommand.Arguments(s_site with { SshConfigFile = "/keys/ssh_config", IdentityFile = "", Port = 0 }).ToList();

        Assert.Equal("/keys/ssh_config", arguments[arguments.IndexOf("-F") + 1]);
        Assert.Contains("StrictHostKeyChecking=yes", arguments);
        Assert.DoesNotContain("-i", arguments);
        Assert.DoesNotContain("-p", arguments);
    }

    [Theory]
    [InlineData("-oProxyCommand=sh")]
    [InlineData("user@host -v")]
    [InlineData("")]
    public void A_destination_that_could_be_an_option_is_no_configuration(string destination) =>
        Assert.Contains((s_site with { Destination = destination }).Problems(), problem => problem.Contains("Destination", StringComparison.Ordinal));

    [Theory]
    [InlineData("@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nHost key verification failed.", "HostKey", "is not the one entered")]
    [InlineData("No ED25519 host key is known for [127.0.0.1]:2 and you have requested strict checking.\nHost key verification failed.", "HostKey", "no host key was entered")]
    [InlineData("scanlock@host: Permission denied (publickey).", "Login", "does not accept the broker's SSH key")]
    [InlineData("ssh: Could not resolve hostname nowhere: Name or service not known", "Unreachable", "does not resolve")]
    [InlineData("ssh: connect to host 127.0.0.1 port 9: Connection refused", "Unreachable", "refuses the connection")]
    [InlineData("ssh: connect to host 10.0.0.1 port 22: Connection timed out", "Unreachable", "does not answer")]
    [InlineData("something new", "Unreachable", "the SSH connection failed")]
    public void What_the_client_says_becomes_a_sentence_of_ours(string errors, string trouble, string says)
    {
        var problem = SshFailure.Explain("demo-cluster", new ProgramExit.Status(255), errors, welcomed: false);

        Assert.Equal(trouble, problem.Trouble.ToString());
        Assert.Contains(says, problem.Sentence, StringComparison.Ordinal);
        Assert.Contains("demo-cluster", problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_far_end_writes_is_neither_believed_nor_shown()
    {
        var problem = SshFailure.Explain("demo-cluster", new ProgramExit.Status(1), "Host key verification failed for patient DOE^JANE", welcomed: false);

        Assert.Equal(SiteTrouble.Protocol, problem.Trouble);
        Assert.DoesNotContain("DOE", problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_sites_agent_or_another_version_is_not_spoken_to()
    {
        var welcome = new Welcome(AgentProtocol.Version, "1", "demo-cluster", "k", [], [], null);

        Assert.Null(SshFailure.Judge("demo-cluster", welcome));
        Assert.Contains("Another site's agent", SshFailure.Judge("demo-cluster", welcome with { Site = "other" })!.Sentence, StringComparison.Ordinal);
        Assert.Contains("version 2", SshFailure.Judge("demo-cluster", welcome with { Protocol = 2 })!.Sentence, StringComparison.Ordinal);
    }
}
