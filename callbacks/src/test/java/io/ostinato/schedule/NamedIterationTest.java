package io.ostinato.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamedIterationTest {

  @ParameterizedTest
  @CsvSource({
    "net-E3_U66_S4224.pt, E3_U66_S4224, UPDATE",
    "epoch=20-step=300.ckpt, E20_U300_S0, UPDATE",
    "epoch=20-step=300.pt, E20_U300_S0, UPDATE",
    "epoch=20-step=300-v1.ckpt, E20_U300_S0, UPDATE",
    "epoch=0-step=0.ckpt, E0_U0_S0, UPDATE",
    "step=300-epoch=20.ckpt, E20_U300_S0, UPDATE",
    "model-epoch=3.pt, E3_U0_S0, EPOCH",
    "model-epoch=03-val_loss=0.35.pt, E3_U0_S0, EPOCH",
    "val_acc=0.95-epoch=3.pt, E3_U0_S0, EPOCH",
    "ckpt_epoch_12.pt, E12_U0_S0, EPOCH",
    "epoch12.pt, E12_U0_S0, EPOCH",
    "epoch-012.pth.tar, E12_U0_S0, EPOCH",
    "Epoch 12.pt, E12_U0_S0, EPOCH",
    "netEpoch12.pt, E12_U0_S0, EPOCH",
    "snapshot.ep.12, E12_U0_S0, EPOCH",
    "resnet50_epoch_3.pt, E3_U0_S0, EPOCH",
    "resnet-50-epoch-3.pt, E3_U0_S0, EPOCH",
    "12epoch.pth, E12_U0_S0, EPOCH",
    "epoch_3_step_100.pt, E3_U100_S0, UPDATE",
    "epoch3step100.pt, E3_U100_S0, UPDATE",
    "3_epochs_100_steps.pt, E3_U100_S0, UPDATE",
    "ep1-ba200-rank0.pt, E1_U200_S0, UPDATE",
    "step_1000, E0_U1000_S0, UPDATE",
    "step-000100.pt, E0_U100_S0, UPDATE",
    "step-50K-105b.pt, E0_U50000_S0, UPDATE",
    "step_2m.pt, E0_U2000000_S0, UPDATE",
    "global_step300, E0_U300_S0, UPDATE",
    "globalStep300.pt, E0_U300_S0, UPDATE",
    "rl_model_10000_steps.zip, E0_U10000_S0, UPDATE",
    "iter-5000.pt, E0_U5000_S0, UPDATE",
    "iter_0005000, E0_U5000_S0, UPDATE",
    "iter-005000-ckpt.pth, E0_U5000_S0, UPDATE",
    "iteration_70.pt, E0_U70_S0, UPDATE",
    "num_updates=9.pt, E0_U9_S0, UPDATE",
    "gpt--val_loss=2.30-step=300-consumed_samples=12000.0.ckpt, E0_U300_S12000, UPDATE",
    "gpt-consumed_samples=8000.0-last.ckpt, E0_U0_S8000, SAMPLE",
    "checkpoint-500, E0_U500_S0, UPDATE",
    "checkpoint-500.pt, E0_U500_S0, UPDATE",
    "checkpoint_2_500.pt, E2_U500_S0, UPDATE",
    "checkpoint12.pt, E0_U12_S0, UPDATE",
    "checkpoint-12.pth.tar, E0_U12_S0, UPDATE",
    "checkpoint_12_0.95.pt, E0_U12_S0, UPDATE",
    "model.ckpt-5000.pt, E0_U5000_S0, UPDATE",
    "model_0042, E0_U42_S0, UPDATE",
    "model_0042.pt, E0_U42_S0, UPDATE",
    "model_0042_best.pt, E0_U42_S0, UPDATE",
    "model010000.pt, E0_U10000_S0, UPDATE",
    "best_model_3_accuracy=0.9.pt, E0_U3_S0, UPDATE",
    "weights.12-0.35.h5, E0_U12_S0, UPDATE",
    "net-7.pt, E0_U7_S0, UPDATE",
    "1000.pt, E0_U1000_S0, UPDATE",
    "000100.pth.tar, E0_U100_S0, UPDATE",
  })
  void namesOfFrameworksTellTheIteration(String name, String iteration, IntervalType unit) {
    assertThat(NamedIteration.findIn(name))
        .contains(new NamedIteration(TrainingIteration.parse(iteration), unit));
    assertThat(TrainingIteration.findIn(name)).contains(TrainingIteration.parse(iteration));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "init.pt",
        "last.ckpt",
        "last-v1.ckpt",
        "best_model.accuracy.test.pt",
        "v2.pt",
        "model-v2.pt",
        "model_v2.1.pt",
        "model_1.2.3.pt",
        "checkpoint_v2.pt",
        "resnet50.pt",
        "ResNet50.pt",
        "resnet-50.pt",
        "res_net_50.pt",
        "net50.pt",
        "vit_b_16.pt",
        "efficientnet-b0.pt",
        "yolov8n.pt",
        "wav2vec2.pt",
        "gpt-2.pt",
        "llama-7b.pt",
        "model-70m.pt",
        "model_fp16.pt",
        "model_int8.pt",
        "model_16bit.pt",
        "fold_3.pt",
        "seed42.pt",
        "rank0.pt",
        "model-00001-of-00002.safetensors",
        "model-2026-11-24.pt",
        "net-2026-11-24T12:00:00.pt",
        "model_20261124.pt",
        "model_202611241200.pt",
        "model_20261124120000.pt",
        "model_20261124_1200.pt",
        "20261124.pt",
        "val_loss=0.35.pt",
        "epoch=last.ckpt",
        "epoch_3.5.pt",
        "epoch_3of10.pt",
        "step0.1.pt",
        "footstep12.pt",
        "timestep12.pt",
        "deep12.pt",
        "SE1_U2_S3.pt",
        "epoch_99999999999.pt",
        "model_9999999999999.pt",
      })
  void numbersOfOtherThingsAreNoIterations(String name) {
    assertThat(NamedIteration.findIn(name)).isEmpty();
  }

  @Test
  void aNameCountsEpochsUpdatesOrSamples() {
    assertThatThrownBy(() -> new NamedIteration(TrainingIteration.START, IntervalType.EVAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a name counts epochs, updates or samples; given: EVAL for E0_U0_S0");
  }
}
