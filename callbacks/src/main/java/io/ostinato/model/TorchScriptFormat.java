package io.ostinato.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.torchscript.ZipContent;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Files of {@code torch.jit}, loaded by the default engine. */
record TorchScriptFormat() implements ModuleFormat {

  @Override
  public String array() {
    return "module.pt";
  }

  @Override
  public String content() {
    return "a TorchScript module";
  }

  @Override
  public Model newModel(Device device) {
    return Model.newInstance(array(), device);
  }

  @Override
  public void load(Model model, InputStream content) throws IOException, MalformedModelException {
    // Loads a module that was saved on a GPU onto this device, whichever it is.
    model.load(content, Map.of("mapLocation", "true"));
  }

  @Override
  public ModuleFacts facts(byte[] content) {
    return ModuleFacts.of(content);
  }

  @Override
  public List<ModulePiece> pieces(byte[] content) {
    List<ZipContent.Place> places = new ZipContent(content).places().orElse(List.of());
    // The first folder is named after the file, which is another for each checkpoint.
    return places.stream()
        .map(
            place ->
                new ModulePiece(
                    place.entry().name().replaceFirst("^[^/]*/", ""), place.from(), place.to()))
        .toList();
  }

  @Override
  public EvaluationModel face(
      Model model, ModuleFacts facts, NDManager manager, Consumer<String> notes) {
    return TorchModule.of((PtSymbolBlock) model.getBlock(), facts, notes);
  }

  @Override
  public Supplier<Optional<String>> inspect(Model model) {
    PtSymbolBlock module = (PtSymbolBlock) model.getBlock();
    String before = TorchModule.hash(module);
    return () ->
        before.equals(TorchModule.hash(module))
            ? Optional.empty()
            : Optional.of("found by comparing the state before and after a batch");
  }
}
