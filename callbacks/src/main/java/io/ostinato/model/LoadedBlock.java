package io.ostinato.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import io.ostinato.libraries.DeviceSteps;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.libraries.EngineTurn;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.torchscript.KeptState;
import io.ostinato.weights.ArrayMemory;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Shard;
import io.ostinato.weights.Slice;
import io.ostinato.weights.WeightSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A DJL block on a device, refreshed in place: only missing shards are requested. */
final class LoadedBlock implements LoadedModel {
  private final BlockSource source;
  private final Device device;
  private final NDManager manager;
  private final Set<String> notes = ConcurrentHashMap.newKeySet();
  private final Turns turns = new Turns(notes::add);
  private Built built;

  /** The shards in memory by hash: the number of bytes of each array that they fill. */
  private Map<String, Map<String, Long>> held = Map.of();

  /** A block with its own memory, which is freed when the scope is closed. */
  private record Built(NDManager scope, Block block, Map<String, NDArray> arrays, Face face) {}

  LoadedBlock(BlockSource source, Device device) {
    this.source = source;
    this.device = device;
    this.manager = NativeLibraries.engine().newBaseManager(device);
    try (EngineTurn turn = EngineTurn.toLoad()) {
      this.built = build();
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  private Built build() {
    NDManager scope = manager.newSubManager();
    try {
      DeviceSteps.begin(Step.BUILD, 0);
      Block block = source.factory().get();
      // The weights follow with the first refresh; random initial weights would use the random
      // number generator of training.
      block.setInitializer(Initializer.ZEROS, parameter -> true);
      block.initialize(scope, DataType.FLOAT32, source.inputShapes(1));
      block.freezeParameters(true);
      Map<String, NDArray> arrays = new LinkedHashMap<>();
      for (Pair<String, Parameter> entry : block.getParameters()) {
        arrays.put(entry.getKey(), entry.getValue().getArray());
      }
      return new Built(
          scope,
          block,
          arrays,
          new Face(block, new ParameterStore(scope, false), new BlockLayers(block), notes::add));
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  @Override
  public void refresh(WeightSource weights) {
    try (EngineTurn turn = EngineTurn.toLoad()) {
      if (turns.state() == KeptState.ACCUMULATED) {
        rebuild(weights);
      } else {
        load(weights);
      }
    }
    turns.loaded(turns.state());
  }

  /** Builds a new block, since the current one has changed its own state. */
  private void rebuild(WeightSource weights) {
    Built before = built;
    built = build();
    held = Map.of();
    before.scope().close();
    load(weights);
  }

  private void load(WeightSource weights) {
    Map<String, Map<String, Long>> before = held;
    // Until the last shard is in place, the content of the memory is unknown.
    held = Map.of();
    Map<String, Map<String, Long>> now = new HashMap<>(before);
    List<String> wanted = weights.manifest().shards();
    now.keySet().retainAll(wanted);
    List<String> missing = wanted.stream().filter(hash -> !before.containsKey(hash)).toList();
    Map<String, String> given = new HashMap<>();
    weights
        .shardsInAnyOrder(missing)
        .forEachRemaining(shard -> now.put(shard.hash(), write(shard, given)));
    check(now, given);
    held = now;
  }

  @Override
  public void run(WeightSource weights, Consumer<EvaluationModel> batch)
      throws InterruptedException {
    turns.run(new Turns.Care(this::model, () -> rebuild(weights), this::inspect), batch);
  }

  private Supplier<Optional<String>> inspect() {
    Block block = built.block();
    BlockInspection before = BlockInspection.of(block);
    return () -> {
      BlockInspection after = BlockInspection.of(block);
      return after
          .changeSince(before)
          .map(what -> Turns.note(KeptState.ACCUMULATED, what))
          .or(() -> after.unseen().map(Turns::noteOfUnseen));
    };
  }

  @Override
  public KeptState keeps() {
    return turns.state();
  }

  @Override
  public Set<String> notes() {
    return Set.copyOf(notes);
  }

  @Override
  public EvaluationModel model() {
    return built.face();
  }

  /** Runs the block in evaluation mode. */
  private record Face(
      Block block, ParameterStore parameters, BlockLayers layers, Consumer<String> notes)
      implements EvaluationModel {

    @Override
    public NDList forward(NDList inputs) {
      return block.forward(parameters, inputs, false);
    }

    @Override
    public ModelOutputs outputs(NDList inputs) {
      return ModelOutputs.of(forward(inputs), notes);
    }

    @Override
    public NDList forward(NDList inputs, String layer) {
      return layers.outputs(layer, () -> forward(inputs));
    }
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  @Override
  public void close() {
    manager.close();
  }

  /** Records the type of each array in the shard, and writes those that match the model. */
  private Map<String, Long> write(Shard shard, Map<String, String> given) {
    DeviceSteps.begin(Step.LOAD, shard.sizeBytes());
    Map<String, Long> filled = new HashMap<>();
    for (Slice slice : shard.slices()) {
      NDArray target = built.arrays().get(slice.array());
      given.put(slice.array(), slice.dataType() + " " + slice.shape());
      if (target != null
          && slice.shape().equals(target.getShape())
          && slice.dataType() == target.getDataType()) {
        ArrayMemory.write(target, slice.offsetBytes(), slice.content());
        filled.merge(slice.array(), (long) slice.sizeBytes(), Long::sum);
      }
    }
    return filled;
  }

  /**
   * Checks the new weights against the model; arrays that were already in memory are known to
   * match.
   */
  private void check(Map<String, Map<String, Long>> shards, Map<String, String> given) {
    Map<String, Long> filled = new HashMap<>();
    for (Map<String, Long> shard : shards.values()) {
      shard.forEach((name, bytes) -> filled.merge(name, bytes, Long::sum));
    }
    built
        .arrays()
        .forEach(
            (name, array) -> {
              long expected = HostArray.sizeBytes(array.getDataType(), array.getShape());
              if (filled.getOrDefault(name, -1L) == expected) {
                given.put(name, array.getDataType() + " " + array.getShape());
              }
            });
    WeightsMismatch.of(given, built.arrays())
        .ifPresent(
            mismatch -> {
              throw mismatch;
            });
  }
}
