using Scanlock.Contracts;
using Scanlock.Contracts.Agent;

namespace Scanlock.HpcAgent.Serving;

/// <summary>
/// One connection of the broker: request, answer, request, answer, until the stream ends. A peer that does not speak the protocol gets one
/// refusal and no more. All that lasts is on the disk, so the connection can break anywhere.
/// </summary>
internal sealed class Conversation(AgentService service, Stream input, Stream output)
{
    /// <summary>True at a clean end.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            AgentRequest? request;
            byte[] body;
            try
            {
                request = await AgentFrames.ReadAsync(input, ContractsJson.Strict.AgentRequest, cancellationToken);
                if (request is null)
                {
                    return true;
                }

                if (request is not Put && request.Body != 0)
                {
                    throw new WireFormatException("Only a put has a body.");
                }

                body = await AgentFrames.ReadBodyAsync(input, request.Body, cancellationToken);
            }
            catch (WireFormatException e)
            {
                await AnswerAsync(new Refused(AgentRefusals.BadRequest, e.Message), default, cancellationToken);
                return false;
            }

            var (answer, content) = await service.HandleAsync(request, body, cancellationToken);
            await AnswerAsync(answer, content, cancellationToken);
        }
    }

    private Task AnswerAsync(AgentAnswer answer, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        AgentFrames.WriteAsync(output, answer with { Body = body.Length }, ContractsJson.Strict.AgentAnswer, body, cancellationToken);
}
