using System.Threading.Channels;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Processes;

namespace Scanlock.Broker.Sites;

/// <summary>
/// A link over the OpenSSH client's stdio. One reader takes the answers in order for whoever asked; the first thing that goes wrong
/// ends the link for all, with the one explanation.
/// </summary>
internal sealed class SshSiteLink : ISiteLink
{
    private const int MaxWaiting = 64;
    private static readonly TimeSpan s_welcomeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_exitLimit = TimeSpan.FromSeconds(20);

    private readonly string _site;
    private readonly RunningProgram _ssh;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<TaskCompletionSource<(AgentAnswer Answer, byte[] Body)?>> _waiting =
        Channel.CreateBounded<TaskCompletionSource<(AgentAnswer Answer, byte[] Body)?>>(MaxWaiting);
    private readonly Task _reading;
    private SiteProblem? _problem;
    private Welcome? _welcome;

    private SshSiteLink(string site, RunningProgram ssh, TimeProvider clock)
    {
        _site = site;
        _ssh = ssh;
        _clock = clock;
        _reading = ReadAsync();
    }

    public Welcome Welcome => _welcome ?? throw new InvalidOperationException("The link is not open yet.");

    /// <summary>Connects and hears the agent introduce itself.</summary>
    public static async Task<LinkOpening> OpenAsync(SiteSettings site, string ssh, TimeProvider clock, CancellationToken cancellationToken)
    {
        RunningProgram program;
        try
        {
            program = RunningProgram.Start(SshCommand.For(site, ssh));
        }
        catch (ProgramStartException e)
        {
            return new LinkOpening.Closed(new(SiteTrouble.Unreachable, $"The site '{site.Name}' cannot be reached: {e.Message}."));
        }

        var link = new SshSiteLink(site.Name, program, clock);
        var opened = false;
        try
        {
            var problem = await link.GreetAsync(cancellationToken);
            opened = problem is null;
            return problem is null ? new LinkOpening.Open(link) : new LinkOpening.Closed(problem);
        }
        finally
        {
            if (!opened)
            {
                await link.DisposeAsync();
            }
        }
    }

    public Task<Task<SiteReply<T>>> BeginAsync<T>(AgentRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        where T : AgentAnswer => BeginAsync<T>(request, body, s_answerLimit, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _ssh.DisposeAsync();
        await _reading;
        _writing.Dispose();
        _closing.Dispose();
    }

    private async Task<SiteProblem?> GreetAsync(CancellationToken cancellationToken)
    {
        switch (await await BeginAsync<Welcome>(new Hello(AgentProtocol.Version), default, s_welcomeLimit, cancellationToken))
        {
            case SiteReply<Welcome>.Got(var welcome, _):
                _welcome = welcome;
                return SshFailure.Judge(_site, welcome);
            case SiteReply<Welcome>.Refused refused:
                return SshFailure.NotAnAgent(_site, $"it refuses to begin ({Code(refused.Code)})");
            case SiteReply<Welcome>.Down(var problem):
                return problem;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task<Task<SiteReply<T>>> BeginAsync<T>(AgentRequest request, ReadOnlyMemory<byte> body, TimeSpan limit, CancellationToken cancellationToken)
        where T : AgentAnswer
    {
        var answer = new TaskCompletionSource<(AgentAnswer Answer, byte[] Body)?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = await WithinAsync(stop => SendAsync(request, body, answer, stop), limit, cancellationToken);
        return sent ? AnswerAsync<T>(answer.Task, limit, cancellationToken) : Task.FromResult<SiteReply<T>>(new SiteReply<T>.Down(_problem!));
    }

    private async Task<SiteReply<T>> AnswerAsync<T>(Task<(AgentAnswer Answer, byte[] Body)?> answer, TimeSpan limit, CancellationToken cancellationToken)
        where T : AgentAnswer =>
        await WithinAsync(stop => answer.WaitAsync(stop), limit, cancellationToken) is { } said
            ? await ReceiveAsync<T>(said.Answer, said.Body)
            : new SiteReply<T>.Down(_problem!);

    /// <summary>Waits for a piece of the conversation; past the limit the link is down, and the piece is its default.</summary>
    private async Task<TPiece?> WithinAsync<TPiece>(Func<CancellationToken, Task<TPiece>> piece, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await piece(either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await FailAsync(new(SiteTrouble.Unreachable, $"The site '{_site}' does not answer in time."));
            return default;
        }
        catch (OperationCanceledException)
        {
            // Half a frame may have gone out, or an answer may come that nobody waits for: nothing more can be said on this link.
            await FailAsync(new(SiteTrouble.Unreachable, $"The conversation with the site '{_site}' was broken off here."));
            throw;
        }
    }

    /// <summary>False where the link is down.</summary>
    private async Task<bool> SendAsync(
        AgentRequest request, ReadOnlyMemory<byte> body, TaskCompletionSource<(AgentAnswer Answer, byte[] Body)?> answer, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!await _waiting.Writer.WaitToWriteAsync(cancellationToken) || !_waiting.Writer.TryWrite(answer))
            {
                return false;
            }

            await AgentFrames.WriteAsync(_ssh.Input, request, ContractsJson.Strict.AgentRequest, body, cancellationToken);
            return true;
        }
        catch (IOException)
        {
            // The client reads no more; why, the reader of its output finds out, and then answers this question too.
            return true;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<SiteReply<T>> ReceiveAsync<T>(AgentAnswer answer, byte[] body)
        where T : AgentAnswer => answer switch
    {
        T expected => new SiteReply<T>.Got(expected, body),
        Refused refused => new SiteReply<T>.Refused(Code(refused.Code), Gateways.GatewaySentences.Bounded(refused.Sentence)),
        _ => new SiteReply<T>.Down(await FailAsync(SshFailure.NotAnAgent(_site, $"it answers a question for {typeof(T).Name} with {answer.GetType().Name}"))),
    };

    private async Task ReadAsync()
    {
        SiteProblem problem;
        try
        {
            while (await AgentFrames.ReadAsync(_ssh.Output, ContractsJson.Strict.AgentAnswer, _closing.Token) is { } answer)
            {
                var body = await AgentFrames.ReadBodyAsync(_ssh.Output, answer.Body, _closing.Token);
                if (!_waiting.Reader.TryRead(out var asked))
                {
                    throw new WireFormatException("An answer nobody asked for.");
                }

                asked.SetResult((answer, body));
            }

            problem = await HowItEndedAsync("it closed its end of the conversation");
        }
        catch (WireFormatException e)
        {
            problem = await HowItEndedAsync(e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            problem = Closed;
        }

        Settle(problem);
    }

    private SiteProblem Closed => new(SiteTrouble.Unreachable, $"The connection to the site '{_site}' was closed.");

    /// <summary>A connection that breaks also ends in the middle of a frame: how the client ended tells the two apart.</summary>
    private async Task<SiteProblem> HowItEndedAsync(string otherwise)
    {
        try
        {
            var exit = await _ssh.Exit.WaitAsync(s_exitLimit, _clock, _closing.Token);
            await _ssh.ErrorsRead.WaitAsync(s_exitLimit, _clock, _closing.Token);
            return SshFailure.Explain(_site, exit, _ssh.ErrorTail, _welcome is not null);
        }
        catch (TimeoutException)
        {
            return SshFailure.NotAnAgent(_site, otherwise);
        }
        catch (OperationCanceledException)
        {
            return Closed;
        }
    }

    private async Task<SiteProblem> FailAsync(SiteProblem problem)
    {
        Interlocked.CompareExchange(ref _problem, problem, null);
        await _closing.CancelAsync();
        await _reading;
        return _problem;
    }

    /// <summary>Ends the link: everybody who waits, and whoever asks later, gets the explanation.</summary>
    private void Settle(SiteProblem problem)
    {
        Interlocked.CompareExchange(ref _problem, problem, null);
        _waiting.Writer.Complete();
        while (_waiting.Reader.TryRead(out var asked))
        {
            asked.SetResult(null);
        }
    }

    private static string Code(string code) => AgentRefusals.All.Contains(code, StringComparer.Ordinal) ? code : AgentRefusals.BadRequest;
}
