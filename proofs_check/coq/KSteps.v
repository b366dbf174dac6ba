(* K inner steps on fresh samples, for every K: claim C8 of the layered statements.

   For an isotropic class with input variance rho, one step on m fresh samples multiplies the class's curvature by
       s(rho) = 1 - 2 alpha rho + kappa alpha^2 rho^2,   kappa = 1 + (d + 1)/m,
   so K steps multiply it by s(rho)^K. Proved here, by induction on K:
   - that iterating the one-step map K times gives rho s^K;
   - that MAML moves towards the hard centre after K >= 1 steps exactly when it does after one,
     which is when alpha (rho_E + rho_H) (1 + (d + 1)/m) < 2: the condition does not depend on K;
   - that where it does, each further step moves it closer still.

   Written by hand; self-contained; compile with plain `coqc`. The counts d and m may be any real numbers with the
   signs stated, of which the integers are some: a stronger theorem. *)
Require Import Reals Lra Lia.
Open Scope R_scope.

(* One step on the curvature b of an isotropic class: T(B) = (I - alpha S) B (I - alpha S)
   + (alpha^2/m)(S B S + tr(B S) S) at S = rho I, B = b I, where tr(B S) = d b rho. *)
Definition step (alpha d m rho b : R) : R :=
  (1 - alpha * rho) * b * (1 - alpha * rho) + alpha ^ 2 / m * (rho * b * rho + d * b * rho * rho).

Definition shrinkage (alpha d m rho : R) : R :=
  1 - 2 * alpha * rho + (1 + (d + 1) / m) * alpha ^ 2 * rho ^ 2.

Fixpoint curvature (alpha d m rho : R) (K : nat) : R :=
  match K with O => rho | S K' => step alpha d m rho (curvature alpha d m rho K') end.

(* The easy centre's share in the optimum of a learner for which class curvatures are cE and cH. *)
Definition share (p cE cH : R) : R := (1 - p) * cE / ((1 - p) * cE + p * cH).

Lemma one_step alpha d m rho b : m <> 0 -> step alpha d m rho b = shrinkage alpha d m rho * b.
Proof. intros M; unfold step, shrinkage; field; exact M. Qed.

Theorem curvature_after_K_steps alpha d m rho K :
  m <> 0 -> curvature alpha d m rho K = rho * shrinkage alpha d m rho ^ K.
Proof.
  intros M; induction K as [| K IH]; cbn [curvature pow].
  - ring.
  - rewrite one_step, IH by exact M; ring.
Qed.

Theorem shrinkage_positive alpha d m rho :
  0 < alpha -> 0 < rho -> 0 < m -> 0 < d + 1 -> 0 < shrinkage alpha d m rho.
Proof.
  intros A P M D.
  assert (E : shrinkage alpha d m rho = (1 - alpha * rho) ^ 2 + (d + 1) / m * (alpha * rho) ^ 2)
    by (unfold shrinkage; field; lra).
  pose proof (pow2_ge_0 (1 - alpha * rho)).
  assert (0 < (d + 1) / m) by (apply Rdiv_lt_0_compat; lra).
  assert (0 < (alpha * rho) ^ 2) by (apply pow_lt, Rmult_lt_0_compat; lra).
  assert (0 < (d + 1) / m * (alpha * rho) ^ 2) by (apply Rmult_lt_0_compat; lra).
  lra.
Qed.

Lemma pow_lt_iff x y K : 0 < x -> 0 < y -> (x ^ S K < y ^ S K <-> x < y).
Proof.
  intros X Y; split; intro H.
  - destruct (Rlt_le_dec x y) as [L | G]; [exact L | exfalso].
    pose proof (pow_incr y x (S K) (conj (Rlt_le _ _ Y) G)); lra.
  - induction K as [| K IH]; cbn [pow] in *; [lra |].
    apply Rmult_le_0_lt_compat; try lra. apply Rmult_le_pos; [lra | apply pow_le; lra].
Qed.

(* A larger curvature of the hard class, relative to the easy one's, means a smaller share of the easy centre. *)
Lemma share_lt p a b c e :
  0 < p < 1 -> 0 < a -> 0 < b -> 0 < c -> 0 < e -> (share p a b < share p c e <-> a * e < c * b).
Proof.
  intros [P Q] A B C E.
  assert (X : 0 < (1 - p) * a + p * b) by (apply Rplus_lt_0_compat; apply Rmult_lt_0_compat; lra).
  assert (Y : 0 < (1 - p) * c + p * e) by (apply Rplus_lt_0_compat; apply Rmult_lt_0_compat; lra).
  set (F := (1 - p) * p / (((1 - p) * a + p * b) * ((1 - p) * c + p * e))).
  assert (G : 0 < F) by (apply Rdiv_lt_0_compat; apply Rmult_lt_0_compat; lra).
  assert (D : share p c e - share p a b = F * (c * b - a * e)) by (unfold share, F; field; split; lra).
  split; intro H.
  - apply Rminus_gt_0_lt, (Rmult_lt_reg_l F); lra.
  - pose proof (Rmult_lt_0_compat F (c * b - a * e) G ltac:(lra)); lra.
Qed.

Section Pair.
  Variables alpha d m p rho_E rho_H : R.
  Hypotheses (Alpha : 0 < alpha) (Hard : 0 < rho_H) (Easy : rho_H < rho_E) (P : 0 < p < 1) (M : 0 < m) (D : 0 < d + 1).

  Let s_E := shrinkage alpha d m rho_E.
  Let s_H := shrinkage alpha d m rho_H.
  Let maml K := share p (curvature alpha d m rho_E K) (curvature alpha d m rho_H K).
  Let nal := share p rho_E rho_H.

  Lemma s_E_positive : 0 < s_E.
  Proof. apply shrinkage_positive; lra. Qed.
  Lemma s_H_positive : 0 < s_H.
  Proof. apply shrinkage_positive; lra. Qed.

  Lemma hard_class_shrinks_less : s_E < s_H <-> alpha * (rho_E + rho_H) * (1 + (d + 1) / m) < 2.
  Proof.
    assert (E : s_H - s_E = alpha * (rho_E - rho_H) * (2 - alpha * (rho_E + rho_H) * (1 + (d + 1) / m)))
      by (unfold s_E, s_H, shrinkage; field; lra).
    assert (G : 0 < alpha * (rho_E - rho_H)) by (apply Rmult_lt_0_compat; lra).
    set (x := 2 - alpha * (rho_E + rho_H) * (1 + (d + 1) / m)) in *.
    assert (s_E < s_H <-> 0 < x).
    { split; intro H.
      - apply (Rmult_lt_reg_l (alpha * (rho_E - rho_H))); lra.
      - pose proof (Rmult_lt_0_compat _ x G H); lra. }
    unfold x in *; split; intro; apply H in H0 || apply H; lra.
  Qed.

  Lemma shares_compared K L :
    maml K < maml L <-> s_E ^ K * s_H ^ L < s_E ^ L * s_H ^ K.
  Proof.
    pose proof s_E_positive; pose proof s_H_positive.
    unfold maml; rewrite !curvature_after_K_steps by lra; fold s_E s_H.
    rewrite share_lt; try (apply Rmult_lt_0_compat; [lra | apply pow_lt; assumption]); [| exact P].
    assert (G : 0 < rho_E * rho_H) by (apply Rmult_lt_0_compat; lra).
    replace (rho_E * s_E ^ K * (rho_H * s_H ^ L)) with (rho_E * rho_H * (s_E ^ K * s_H ^ L)) by ring.
    replace (rho_E * s_E ^ L * (rho_H * s_H ^ K)) with (rho_E * rho_H * (s_E ^ L * s_H ^ K)) by ring.
    split; intro L'; [apply (Rmult_lt_reg_l (rho_E * rho_H)); assumption | apply Rmult_lt_compat_l; assumption].
  Qed.

  Lemma no_step_is_nal : maml 0 = nal.
  Proof. reflexivity. Qed.

  (* After any number K >= 1 of fresh steps, MAML leans to the hard centre under the one-step condition. *)
  Theorem hard_tilt_iff_for_every_K K :
    maml (S K) < nal <-> alpha * (rho_E + rho_H) * (1 + (d + 1) / m) < 2.
  Proof.
    rewrite <- no_step_is_nal, shares_compared, <- hard_class_shrinks_less.
    pose proof (pow_lt_iff s_E s_H K s_E_positive s_H_positive) as I.
    split; intro H; [apply I | apply I in H]; cbn [pow] in *; lra.
  Qed.

  (* Each further step then moves it closer. *)
  Theorem more_steps_more_tilt K :
    maml (S K) < maml K <-> alpha * (rho_E + rho_H) * (1 + (d + 1) / m) < 2.
  Proof.
    rewrite shares_compared, <- hard_class_shrinks_less; cbn [pow].
    pose proof s_E_positive; pose proof s_H_positive.
    assert (G : 0 < s_E ^ K * s_H ^ K) by (apply Rmult_lt_0_compat; apply pow_lt; assumption).
    replace (s_E * s_E ^ K * s_H ^ K) with (s_E ^ K * s_H ^ K * s_E) by ring.
    replace (s_E ^ K * (s_H * s_H ^ K)) with (s_E ^ K * s_H ^ K * s_H) by ring.
    split; intro L; [apply (Rmult_lt_reg_l (s_E ^ K * s_H ^ K)); assumption | apply Rmult_lt_compat_l; assumption].
  Qed.

  (* Any number of steps compared with any larger one. *)
  Theorem hard_tilt_grows K L :
    (K < L)%nat -> alpha * (rho_E + rho_H) * (1 + (d + 1) / m) < 2 -> maml L < maml K.
  Proof.
    intros H C; induction L as [| L IH]; [lia |].
    pose proof (proj2 (more_steps_more_tilt L) C).
    destruct (Nat.eq_dec K L) as [-> | N]; [assumption |].
    assert (maml L < maml K) by (apply IH; lia); lra.
  Qed.
End Pair.
