package io.ostinato.model;

import io.ostinato.torchscript.ArchiveCopy;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.torchscript.ModuleTensors;
import io.ostinato.torchscript.ModuleTensors.ModuleTensor;
import io.ostinato.torchscript.ZipContent;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A TorchScript module as a template.
 *
 * @param facts of its code, which weights don't change
 */
record TorchTemplate(ZipContent zip, ModuleFacts facts, ModuleTensors tensors)
    implements TemplateFile {

  static TorchTemplate of(byte[] content) {
    ModuleFacts facts = ModuleFacts.of(content);
    ZipContent zip = new ZipContent(content);
    return new TorchTemplate(zip, facts, ModuleTensors.of(zip));
  }

  @Override
  public List<TemplateArray> arrays() {
    return tensors.byName().values().stream().map(TorchTemplate::array).toList();
  }

  private static TemplateArray array(ModuleTensor tensor) {
    return new TemplateArray(
        tensor.name(),
        tensor.isParameter(),
        tensor.view().type(),
        tensor.view().shape(),
        List.of(tensor.entry(), tensor.view()));
  }

  @Override
  public byte[] with(Map<String, HostArray> values) {
    ArchiveCopy copy = new ArchiveCopy(zip);
    values.forEach(
        (name, value) -> {
          ModuleTensor tensor = tensor(name);
          tensor.view().scatter(whole(value), copy.contentOf(tensor.entry()));
        });
    // Tensors can share memory; each must have what was given for it, whichever was written last.
    values.forEach((name, value) -> check(tensor(name), value, copy));
    return copy.finish();
  }

  private ModuleTensor tensor(String name) {
    return Objects.requireNonNull(tensors.byName().get(name), name);
  }

  private static void check(ModuleTensor tensor, HostArray value, ArchiveCopy copy) {
    ByteBuffer given = whole(value);
    ByteBuffer written = copy.contentOf(tensor.entry());
    tensor
        .view()
        .forEachRun(
            (at, bytes) -> {
              if (!written.slice(at, bytes).equals(given.slice(given.position(), bytes))) {
                throw new IllegalArgumentException(
                    "%s shares its memory with another tensor of the architecture (tied weights),"
                            .formatted(WeightNames.shown(tensor.name()))
                        + " and the weights have different values for them; tie them in the"
                        + " training, or save the architecture from a model in which they are not"
                        + " tied");
              }
              given.position(given.position() + bytes);
            });
  }

  private static ByteBuffer whole(HostArray value) {
    List<ByteBuffer> segments = value.segments();
    return segments.size() == 1 ? segments.get(0) : ByteBuffer.wrap(value.bytes());
  }

  @Override
  public WeightSnapshot snapshotOf(byte[] content) {
    return TorchScriptSource.snapshotOf(content, facts);
  }

  @Override
  public ModelSource source() {
    return ModelSource.torchScript();
  }
}
