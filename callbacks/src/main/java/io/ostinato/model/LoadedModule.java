package io.ostinato.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.libraries.DeviceSteps;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.libraries.EngineTurn;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.libraries.Reason;
import io.ostinato.torchscript.KeptState;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model stored in a single file, on a device; refreshed by loading the whole file. */
final class LoadedModule implements LoadedModel {
  private final ModuleFormat format;
  private final Device device;
  private final NDManager manager;
  private final Set<String> notes = ConcurrentHashMap.newKeySet();
  private final Turns turns = new Turns(notes::add);
  private @Nullable Loaded loaded;

  /** Whether the model was run since it was loaded; used only if batches take turns. */
  private volatile boolean used;

  private record Loaded(Model model, ModuleFacts facts, EvaluationModel face) {}

  LoadedModule(ModuleFormat format, Device device) {
    this.format = format;
    this.device = device;
    this.manager = NativeLibraries.engine().newBaseManager(device);
  }

  @Override
  public void refresh(WeightSource weights) {
    ModuleFacts before = loaded == null ? null : loaded.facts();
    KeptState found = turns.state();
    ModuleFacts facts;
    try (EngineTurn turn = EngineTurn.toLoad()) {
      facts = load(weights);
    }
    boolean learned = facts.equals(before) && facts.state() == KeptState.UNKNOWN;
    turns.loaded(learned ? found : facts.state(), facts.seeds());
    if (turns.state() == KeptState.OVERWRITTEN || turns.state() == KeptState.ACCUMULATED) {
      notes.add(Turns.note(turns.state(), String.join(", ", facts.kept())));
    }
  }

  private ModuleFacts load(WeightSource weights) {
    unload();
    ModuleStream content = new ModuleStream(format, weights);
    Model model = format.newModel(device);
    try {
      DeviceSteps.begin(Step.LOAD, 0);
      load(model, content);
      content.failure().ifPresent(LoadedModule::rethrow);
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      content.failure().ifPresent(LoadedModule::rethrow);
      throw new IllegalArgumentException(
          "can't load %s (%s bytes): %s"
              .formatted(format.content(), content.bytesRead(), Reason.ofAnyBatch(e)),
          e);
    }
    ModuleFacts facts = content.facts();
    used = false;
    loaded = new Loaded(model, facts, format.face(model, facts, manager, notes::add));
    return facts;
  }

  @Override
  public void run(WeightSource weights, Consumer<EvaluationModel> batch)
      throws InterruptedException {
    turns.run(
        new Turns.Care(() -> new OneBatch(weights), () -> load(weights), this::inspect), batch);
  }

  private Supplier<Optional<String>> inspect() {
    Supplier<Optional<String>> change = format.inspect(now().model());
    return () -> change.get().map(what -> Turns.note(KeptState.ACCUMULATED, what));
  }

  /**
   * The model as used by one batch. A method may read state left by a forward; if its batch has run
   * no forward before it, that state would be another batch's, so the model is reloaded.
   */
  private final class OneBatch extends DelegatingModel {
    private final WeightSource weights;
    private boolean begun;

    OneBatch(WeightSource weights) {
      this.weights = weights;
    }

    @Override
    public ModelOutputs call(String method, NDList inputs) {
      boolean readsLeftovers = !now().facts().leftovers().isEmpty();
      if (!begun && used && readsLeftovers && turns.state() == KeptState.OVERWRITTEN) {
        load(weights);
      }
      return super.call(method, inputs);
    }

    @Override
    EvaluationModel model() {
      begun = true;
      used = true;
      return now().face();
    }
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
    return now().face();
  }

  private Loaded now() {
    Loaded now = loaded;
    if (now == null) {
      throw new IllegalStateException(
          "no weights yet for %s; refresh it first".formatted(format.content()));
    }
    return now;
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
    unload();
    manager.close();
  }

  private void load(Model model, ModuleStream content) throws IOException, MalformedModelException {
    try {
      format.load(model, content);
    } finally {
      // The engine creates a folder for files it may have to unpack, and doesn't delete it.
      Path folder = model.getModelPath();
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    }
  }

  private static void rethrow(RuntimeException failure) {
    throw failure;
  }

  private void unload() {
    if (loaded != null) {
      loaded.model().close();
      loaded = null;
    }
  }
}
