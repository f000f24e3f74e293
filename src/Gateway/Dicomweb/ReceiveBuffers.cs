using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>
/// The memory that requests are received into, in blocks of 64 KiB in place of the server's 4 KiB: an object of half a megabyte takes a sixteenth
/// of the system calls. A connection that is idle has none.
/// </summary>
internal sealed class ReceiveBuffers : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private const int BlockBytes = 64 << 10;

        /// <summary>More than these are left to the garbage collector when they come back.</summary>
        private const int MostKept = 256;

        private readonly Stack<Block> _free = [];

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            lock (_free)
            {
                var block = _free.TryPop(out var free) ? free : new Block(this);
                block.IsRented = true;
                return block;
            }
        }

        protected override void Dispose(bool disposing)
        {
            lock (_free)
            {
                _free.Clear();
            }
        }

        private void Return(Block block)
        {
            lock (_free)
            {
                if (block.IsRented && _free.Count < MostKept)
                {
                    block.IsRented = false;
                    _free.Push(block);
                }
            }
        }

        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            // Pinned for good, for the system reads into it.
            private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

            public bool IsRented { get; set; }

            public Memory<byte> Memory => _bytes;

            public void Dispose() => pool.Return(this);
        }
    }
}
