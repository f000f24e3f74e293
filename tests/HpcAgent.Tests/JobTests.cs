using Scanlock.Contracts.Agent;
using Scanlock.HpcAgent.Tests.Hub;

namespace Scanlock.HpcAgent.Tests;

public sealed class JobTests
{
    [Fact]
    public async Task A_good_trainer_sees_the_data_and_its_results_come_back_sealed_to_the_gateway()
    {
        await using var trial = await Trial.OfScriptAsync("""
            echo '{"v":1,"epoch":1,"step":4,"values":{"loss":0.5,"accuracy":0.75}}'
            cat /data/labels.jsonl > /out/model.safetensors
            head -c 26 /data/shard-00001.tar >> /out/model.safetensors
            grep -o '"precision":"[a-z0-9]*"' /job.json | sed 's/.*/{&}/' > /out/metrics.json
            """);
        var bundle = await trial.FinishesAsync();
        Assert.Equal("{\"precision\":\"f32\"}\n", await trial.ResultAsync("metrics", bundle.Metrics));
        Assert.Equal($"{TestGateway.Marker} labels{TestGateway.Marker} 1", await trial.ResultAsync("model", bundle.Model));
    }
}
